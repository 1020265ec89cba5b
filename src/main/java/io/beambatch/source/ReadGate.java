package io.beambatch.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Says, where a pipeline runs, whether its source is to be read, or what is there in its place. */
@FunctionalInterface
public interface ReadGate extends Serializable {

  /** Reads the source always. */
  ReadGate OPEN = List::of;

  /** The names of the plans that hold the source's documents already; none if it is to be read. */
  List<String> plans() throws IOException;
}
