package io.beambatch;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.secretmanager.v1.AccessSecretVersionRequest;
import com.google.cloud.secretmanager.v1.AccessSecretVersionResponse;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretManagerServiceSettings;
import com.google.cloud.secretmanager.v1.SecretPayload;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Secret Manager's one call that matters, over gRPC on this machine, for the official client. */
final class SecretServer implements AutoCloseable {
  private static final String SERVICE = "google.cloud.secretmanager.v1.SecretManagerService";

  private final Map<String, String> secrets = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final List<String> endpoints = new CopyOnWriteArrayList<>();
  private final Server server;

  private SecretServer() throws IOException {
    MethodDescriptor<AccessSecretVersionRequest, AccessSecretVersionResponse> access =
        MethodDescriptor.<AccessSecretVersionRequest, AccessSecretVersionResponse>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(SERVICE, "AccessSecretVersion"))
            .setRequestMarshaller(
                ProtoUtils.marshaller(AccessSecretVersionRequest.getDefaultInstance()))
            .setResponseMarshaller(
                ProtoUtils.marshaller(AccessSecretVersionResponse.getDefaultInstance()))
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(
                        access,
                        ServerCalls.asyncUnaryCall(
                            (request, reply) -> {
                              calls.incrementAndGet();
                              String value = secrets.get(request.getName());
                              if (value == null) {
                                reply.onError(Status.PERMISSION_DENIED.asRuntimeException());
                              } else {
                                reply.onNext(response(request.getName(), value));
                                reply.onCompleted();
                              }
                            }))
                    .build())
            .build()
            .start();
  }

  static SecretServer start() throws IOException {
    return new SecretServer();
  }

  SecretServer with(String version, String value) {
    secrets.put(version, value);
    return this;
  }

  /** Where clients would have called, had they not come here. */
  List<String> endpoints() {
    return List.copyOf(endpoints);
  }

  int calls() {
    return calls.get();
  }

  /** A client that knows this server only. */
  SecretManagerServiceClient client(String endpoint) throws IOException {
    endpoints.add(endpoint);
    return SecretManagerServiceClient.create(
        SecretManagerServiceSettings.newBuilder()
            .setCredentialsProvider(NoCredentialsProvider.create())
            .setTransportChannelProvider(
                FixedTransportChannelProvider.create(
                    GrpcTransportChannel.create(
                        ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort())
                            .usePlaintext()
                            .build())))
            .build());
  }

  private static AccessSecretVersionResponse response(String name, String value) {
    return AccessSecretVersionResponse.newBuilder()
        .setName(name)
        .setPayload(SecretPayload.newBuilder().setData(ByteString.copyFromUtf8(value)))
        .build();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
