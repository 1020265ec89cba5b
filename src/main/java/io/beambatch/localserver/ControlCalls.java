package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Calls that no real API has: faults and statistics. */
final class ControlCalls {
  private static final int MOST_BYTES = 64 << 10;

  private final FaultPlan faults;
  private final Bill bill;
  private final CallCounts counts;

  ControlCalls(FaultPlan faults, Bill bill, CallCounts counts) {
    this.faults = faults;
    this.bill = bill;
    this.counts = counts;
  }

  void showFaults(Context call) {
    call.contentType("application/json").result(faults.faults().toJson());
  }

  void setFaults(Context call) throws IOException, ApiException {
    byte[] body = call.req().getInputStream().readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      call.header("Connection", "close");
      throw new ApiException(
          ApiError.of(413, "Faults of more than " + MOST_BYTES + " bytes are not taken.", null));
    }
    String json = new String(body, StandardCharsets.UTF_8);
    try {
      faults.set(Faults.parse(json));
    } catch (IllegalArgumentException e) {
      ApiException refused =
          new ApiException(ApiError.invalid(String.valueOf(e.getMessage()), null, null));
      refused.initCause(e);
      throw refused;
    }
    showFaults(call);
  }

  void clearFaults(Context call) {
    faults.set(Faults.none());
    showFaults(call);
  }

  void showStats(Context call) throws IOException {
    ServerStats stats = bill.stats(counts.counts());
    ObjectNode json =
        ServerJson.object()
            .put("batches_created", stats.batchesCreated())
            .put("lines_answered", stats.linesAnswered())
            .put("custom_ids_answered_more_than_once", stats.customIdsAnsweredMoreThanOnce());
    stats.examples().forEach(json.putArray("examples")::add);
    ObjectNode calls = json.putObject("calls");
    stats.calls().forEach(calls::put);
    Replies.json(call, json);
  }
}
