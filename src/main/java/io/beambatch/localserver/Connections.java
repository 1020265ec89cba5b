package io.beambatch.localserver;

import io.javalin.http.Context;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/** Breaks connections on purpose. */
final class Connections {
  private Connections() {}

  /** Closes the call's connection; any reply from now on is lost. */
  static void close(Context call) {
    ServletContextRequest.getServletContextRequest(call.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}
