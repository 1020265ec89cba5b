package io.beambatch.job;

import java.io.Serializable;

/**
 * Some of a source's documents, where a run is to try a job on these only. The others are no part
 * of the run.
 *
 * @param documents how many, at least 1
 * @param sampled whether they are a fair sample; else the first that are read
 */
public record Taken(long documents, boolean sampled) implements Serializable {

  /** As the command line says it. */
  @Override
  public String toString() {
    return (sampled ? "--sample " : "--limit ") + documents;
  }
}
