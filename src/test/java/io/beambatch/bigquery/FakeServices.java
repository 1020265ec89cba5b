package io.beambatch.bigquery;

import com.google.cloud.bigquery.storage.v1.AvroRows;
import com.google.cloud.bigquery.storage.v1.AvroSchema;
import com.google.cloud.bigquery.storage.v1.CreateReadSessionRequest;
import com.google.cloud.bigquery.storage.v1.ReadRowsRequest;
import com.google.cloud.bigquery.storage.v1.ReadRowsResponse;
import com.google.cloud.bigquery.storage.v1.ReadSession;
import com.google.cloud.bigquery.storage.v1.ReadStream;
import com.google.cloud.bigquery.storage.v1.SplitReadStreamRequest;
import com.google.cloud.bigquery.storage.v1.SplitReadStreamResponse;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServices;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServicesImpl;
import org.apache.beam.sdk.io.gcp.testing.FakeBigQueryServices.FakeBigQueryServerStream;

/**
 * Beam's services as they are, over HTTP to the fake; only the Storage Read API, whose client wants
 * TLS, is answered in this process.
 */
public final class FakeServices extends BigQueryServicesImpl {
  private static final int STREAMS = 3;
  private static final int ROWS_PER_RESPONSE = 100;

  @Override
  public StorageClient getStorageClient(BigQueryOptions options) {
    return new Client(FakeBigQuery.at(options.getBigQueryEndpoint()));
  }

  private record Client(FakeBigQuery fake) implements BigQueryServices.StorageClient {
    @Override
    public ReadSession createReadSession(CreateReadSessionRequest request) {
      String name = request.getReadSession().getTable();
      FakeTable table = table(name);
      ReadSession.Builder session =
          ReadSession.newBuilder()
              .setTable(name)
              .setAvroSchema(
                  AvroSchema.newBuilder()
                      .setSchema(TypedRows.exported(table.columns()).toString()));
      int streams = table.rows().isEmpty() ? 0 : STREAMS;
      for (int i = 0; i < streams; i++) {
        session.addStreams(ReadStream.newBuilder().setName(name + "/streams/" + i));
      }
      return session.build();
    }

    private FakeTable table(String name) {
      String[] steps = name.split("/", -1);
      synchronized (fake) {
        return fake.resolve(steps[1], steps[3], steps[5]);
      }
    }

    @Override
    public BigQueryServerStream<ReadRowsResponse> readRows(ReadRowsRequest request) {
      FakeTable table = table(request.getReadStream());
      String stream = request.getReadStream();
      int number = Integer.parseInt(stream.substring(stream.lastIndexOf('/') + 1));
      Schema schema = TypedRows.exported(table.columns());
      List<Map<String, Object>> mine = new ArrayList<>();
      for (int i = number; i < table.rows().size(); i += STREAMS) {
        mine.add(table.rows().get(i));
      }
      List<ReadRowsResponse> responses = new ArrayList<>();
      for (int from = (int) request.getOffset(); from < mine.size(); from += ROWS_PER_RESPONSE) {
        List<Map<String, Object>> rows =
            mine.subList(from, Math.min(mine.size(), from + ROWS_PER_RESPONSE));
        responses.add(
            ReadRowsResponse.newBuilder()
                .setRowCount(rows.size())
                .setAvroRows(
                    AvroRows.newBuilder().setSerializedBinaryRows(encoded(rows, table, schema)))
                .build());
      }
      return new FakeBigQueryServerStream<>(responses);
    }

    private static ByteString encoded(
        List<Map<String, Object>> rows, FakeTable table, Schema schema) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
      try {
        for (Map<String, Object> row : rows) {
          writer.write(TypedRows.toRecord(row, table.columns(), schema), encoder);
        }
        encoder.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return ByteString.copyFrom(out.toByteArray());
    }

    @Override
    public BigQueryServerStream<ReadRowsResponse> readRows(ReadRowsRequest request, String table) {
      return readRows(request);
    }

    @Override
    public SplitReadStreamResponse splitReadStream(SplitReadStreamRequest request) {
      return SplitReadStreamResponse.getDefaultInstance();
    }

    @Override
    public SplitReadStreamResponse splitReadStream(SplitReadStreamRequest request, String table) {
      return splitReadStream(request);
    }

    @Override
    public void close() {}
  }
}
