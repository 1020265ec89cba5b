package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.Set;

/**
 * Knows which parts of a source are planned, so that they are not read again. It is asked while the
 * pipeline runs; what is planned once stays planned.
 */
public interface PlannedFiles extends Serializable {

  /** No file is planned. */
  PlannedFiles NONE =
      new PlannedFiles() {
        private static final long serialVersionUID = 1L;

        @Override
        public Set<String> among(Collection<String> files) {
          return Set.of();
        }

        @Override
        public boolean any() {
          return false;
        }
      };

  /** The given files of an endless source that are in a committed plan. */
  Set<String> among(Collection<String> files) throws IOException;

  /**
   * Returns whether any plan is committed. A bounded source is planned completely or not at all.
   */
  boolean any() throws IOException;
}
