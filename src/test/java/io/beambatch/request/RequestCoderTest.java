package io.beambatch.request;

import io.beambatch.document.Document;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

class RequestCoderTest {
  /** Runners keep requests in state, and hand them to a later program. */
  @Test
  void roundTripsRequestsAndEncodingsStayAsTheyAre() throws Exception {
    Request request = new Request(new Document("1", "{\"id\":1}"), "{\"a\":2}", 300, 7);
    String encoded = "ATEIeyJpZCI6MX0HeyJhIjoyfawCBw";
    CoderProperties.coderSerializable(RequestCoder.of());
    CoderProperties.coderEncodesBase64(RequestCoder.of(), request, encoded);
    CoderProperties.coderDecodesBase64(RequestCoder.of(), encoded, request);
  }
}
