package io.beambatch.localserver;

import io.javalin.http.Context;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/** Breaks connections off. */
final class Connections {
  private Connections() {}

  /** Closes the call's connection; whatever is replied from now on gets lost. */
  static void close(Context call) {
    ServletContextRequest.getServletContextRequest(call.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}
