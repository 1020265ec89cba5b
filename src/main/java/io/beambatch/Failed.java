package io.beambatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.document.ReservedFields;
import io.beambatch.json.Json;
import java.io.IOException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.PCollection;

/** Converts failed documents to Beam's bad records. */
final class Failed {
  private static final JsonMapper MAPPER = Json.mapper(Integer.MAX_VALUE).build();

  private Failed() {}

  /** Converts failed documents, one JSON object each. */
  static PCollection<BadRecord> records(PCollection<String> documents) {
    return documents
        .apply("Failed records", ParDo.of(new RecordFn()))
        .setCoder(BadRecord.getCoder(documents.getPipeline()));
  }

  private static final class RecordFn extends DoFn<String, BadRecord> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String document, OutputReceiver<BadRecord> out)
        throws IOException {
      JsonNode failure = MAPPER.readTree(document).path(ReservedFields.FAILURE);
      out.output(
          BadRecord.builder()
              .setRecord(
                  BadRecord.Record.builder()
                      .setHumanReadableJsonRecord(document)
                      .addCoderAndEncodedRecord(StringUtf8Coder.of(), document)
                      .build())
              .setFailure(
                  BadRecord.Failure.builder()
                      .setException(failure.path("reason").asText())
                      .setDescription(failure.path("message").asText())
                      .build())
              .build());
    }
  }
}
