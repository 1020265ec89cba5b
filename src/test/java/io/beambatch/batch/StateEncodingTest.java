package io.beambatch.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.provider.BatchStatus;
import io.beambatch.storage.JsonCoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.junit.jupiter.api.Test;

/**
 * What runners keep of a stream while it is updated: a job that is drained or taken from a
 * savepoint hands it to a program that may be older or newer.
 */
class StateEncodingTest {
  private static final String CHUNK =
      "{\"id\":\"a1-c00000\",\"attempt\":1,\"parts\":[{\"name\":\"p0\",\"requests\":2,\"weight\":2,"
          + "\"bytes\":100,\"tokens\":10,\"failed\":{},\"causes\":[]}]}";
  private static final String AWAITED =
      "{\"chunk\":"
          + CHUNK
          + ",\"batchId\":\"batch_1\",\"status\":\"COMPLETED\",\"outputFileId\":\"file-1\","
          + "\"errorFileId\":null,\"errors\":[]}";

  @Test
  void aChunkStaysAsItIsWritten() throws Exception {
    assertThat(text(JsonCoder.of(Chunk.class), chunk())).isEqualTo(CHUNK);
    assertThat(value(JsonCoder.of(Chunk.class), CHUNK)).isEqualTo(chunk());
  }

  @Test
  void aBatchThatHasEndedStaysAsItIsWritten() throws Exception {
    assertThat(text(JsonCoder.of(AwaitedChunk.class), awaited())).isEqualTo(AWAITED);
    assertThat(value(JsonCoder.of(AwaitedChunk.class), AWAITED)).isEqualTo(awaited());
  }

  @Test
  void whatALaterVersionAddsIsLeftOut() throws Exception {
    String later = CHUNK.replaceFirst("\\{", "{\"later\":{\"x\":[1]},");

    assertThat(value(JsonCoder.of(Chunk.class), later)).isEqualTo(chunk());
  }

  private static Chunk chunk() {
    return new Chunk("a1-c00000", 1, List.of(new Part("p0", 2, 2, 100, 10, Map.of())));
  }

  private static AwaitedChunk awaited() {
    return new AwaitedChunk(chunk(), "batch_1", BatchStatus.COMPLETED, "file-1", null, List.of());
  }

  private static <T> String text(JsonCoder<T> coder, T value) throws Exception {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    coder.encode(value, encoded);
    return new String(
        ByteArrayCoder.of().decode(new ByteArrayInputStream(encoded.toByteArray())), UTF_8);
  }

  private static <T> T value(JsonCoder<T> coder, String text) throws Exception {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ByteArrayCoder.of().encode(text.getBytes(UTF_8), encoded);
    return coder.decode(new ByteArrayInputStream(encoded.toByteArray()));
  }
}
