package io.beambatch.provider.http;

import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** How providers are reached from here. */
public final class Network {
  /** As the JVM's own settings say. */
  public static final Network DEFAULT = new Network();

  private Network() {}

  OkHttpClient.Builder clientFor(HttpUrl baseUrl) {
    return new OkHttpClient.Builder();
  }
}
