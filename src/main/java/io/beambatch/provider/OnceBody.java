package io.beambatch.provider;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A body that can be sent once. Java's HTTP client repeats a POST by itself if {@code
 * -Djdk.httpclient.enableAllMethodRetry} says so; with this body the repetition breaks off before
 * the server has a whole request. (Connecting again after a refused connection, which the client
 * does by default, is harmless: nothing has been sent by then.)
 */
final class OnceBody implements BodyPublisher {
  private final BodyPublisher body;
  private final AtomicBoolean sent = new AtomicBoolean();

  OnceBody(byte[] bytes) {
    this.body = BodyPublishers.ofByteArray(bytes);
  }

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    if (sent.compareAndSet(false, true)) {
      body.subscribe(subscriber);
      return;
    }
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        });
    subscriber.onError(new IOException("the connection broke, and this call is never sent twice"));
  }
}
