package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.Set;

/** Knows which files of a watched source are planned, so that they are never read again. */
@FunctionalInterface
public interface PlannedFiles extends Serializable {

  /** No file is planned. */
  PlannedFiles NONE = files -> Set.of();

  /** Those of the files that a committed plan holds. */
  Set<String> among(Collection<String> files) throws IOException;
}
