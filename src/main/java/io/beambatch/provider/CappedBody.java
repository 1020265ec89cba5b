package io.beambatch.provider;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;

/** Takes a small reply into memory, and never more than that of a large one. */
final class CappedBody implements BodySubscriber<byte[]> {
  static final int LARGEST_REPLY = 16 << 20;
  static final int LARGEST_ERROR = 64 << 10;

  private final int limit;
  private final boolean cut;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private Subscription subscription;

  private CappedBody(int limit, boolean cut) {
    this.limit = limit;
    this.cut = cut;
  }

  /** The whole body, or an {@link IOException} if it is too large. */
  static BodySubscriber<byte[]> reply() {
    return new CappedBody(LARGEST_REPLY, false);
  }

  /** The body's start. */
  static BodySubscriber<byte[]> error() {
    return new CappedBody(LARGEST_ERROR, true);
  }

  static BodyHandler<byte[]> handler() {
    return reply -> reply.statusCode() / 100 == 2 ? reply() : error();
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      byte[] taken = new byte[Math.min(buffer.remaining(), limit - bytes.size())];
      buffer.get(taken);
      bytes.writeBytes(taken);
      if (buffer.hasRemaining()) {
        subscription.cancel();
        if (cut) {
          body.complete(bytes.toByteArray());
        } else {
          body.completeExceptionally(
              new IOException("the reply is larger than " + limit + " bytes"));
        }
        return;
      }
    }
  }

  @Override
  public void onError(Throwable throwable) {
    body.completeExceptionally(throwable);
  }

  @Override
  public void onComplete() {
    body.complete(bytes.toByteArray());
  }
}
