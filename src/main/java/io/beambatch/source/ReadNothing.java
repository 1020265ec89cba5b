package io.beambatch.source;

import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;

/** Reads nothing, because the whole source is planned. */
final class ReadNothing extends ReadDocuments {
  @Override
  public PCollectionTuple expand(PBegin begin) {
    return PCollectionTuple.of(
        PLANNED, begin.apply("Name source", Create.of("source").withCoder(StringUtf8Coder.of())));
  }
}
