package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.Set;

/**
 * Knows what of a source is planned, so that it is not read again. It is asked while the pipeline
 * runs; what it says is planned once stays planned.
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

  /** Those of the files of an endless source that a committed plan holds. */
  Set<String> among(Collection<String> files) throws IOException;

  /** Whether any plan is committed. A source that ends is planned as a whole, or not at all. */
  boolean any() throws IOException;
}
