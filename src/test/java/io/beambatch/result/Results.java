package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Result lines as a provider writes them. */
final class Results {
  private Results() {}

  static String chat(String customId, String answer) {
    return chat(customId, "stop", quoted(answer), "null");
  }

  static String chat(String customId, String finishReason, String content, String refusal) {
    return ok(
        customId,
        """
        {"id":"chatcmpl-1","object":"chat.completion","model":"model-1-2024","choices":[{"index":0,\
        "message":{"role":"assistant","content":%s,"refusal":%s},"logprobs":null,\
        "finish_reason":"%s"}],"usage":{"prompt_tokens":20,"completion_tokens":3,\
        "total_tokens":23}}"""
            .formatted(content, refusal, finishReason));
  }

  static String ok(String customId, String body) {
    return """
    {"id":"batch_req_1","custom_id":"%s","response":{"status_code":200,"request_id":"req_1",\
    "body":%s},"error":null}"""
        .formatted(customId, body);
  }

  static String status(String customId, int status, String code) {
    return """
    {"id":"batch_req_1","custom_id":"%s","response":{"status_code":%d,"request_id":"req_7",\
    "body":{"error":{"message":"It did not work.","type":"some_type","param":null,\
    "code":"%s"}}},"error":null}"""
        .formatted(customId, status, code);
  }

  static String withoutResponse(String customId, String code) {
    return """
    {"id":"batch_req_1","custom_id":"%s","response":null,\
    "error":{"code":"%s","message":"It was not executed."}}"""
        .formatted(customId, code);
  }

  static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
