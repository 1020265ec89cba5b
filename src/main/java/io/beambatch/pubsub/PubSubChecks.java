package io.beambatch.pubsub;

import com.google.api.gax.grpc.GrpcCallContext;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.cloud.pubsub.v1.stub.GrpcPublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStub;
import com.google.cloud.pubsub.v1.stub.PublisherStubSettings;
import com.google.cloud.pubsub.v1.stub.SubscriberStub;
import com.google.iam.v1.TestIamPermissionsRequest;
import com.google.iam.v1.TestIamPermissionsResponse;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.GetTopicRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/** Checks the subscription and the topics of a job before anything is paid. */
final class PubSubChecks {
  private final PipelineOptions options;

  /** Checks with the permissions of these options. */
  PubSubChecks(PipelineOptions options) {
    this.options = options;
  }

  /**
   * Checks that messages can be pulled from a subscription.
   *
   * @throws PubSubException if not
   */
  void subscription(String key, String name) throws IOException {
    try (SubscriberStub stub = Subscription.stub(options)) {
      check(
          key + " " + name,
          name,
          Permission.CONSUME,
          stub.testIamPermissionsCallable(),
          () -> {
            com.google.pubsub.v1.Subscription found =
                stub.getSubscriptionCallable()
                    .call(
                        GetSubscriptionRequest.newBuilder().setSubscription(name).build(),
                        context());
            if (found.getPushConfig().getPushEndpoint().isEmpty()
                && !found.hasBigqueryConfig()
                && !found.hasCloudStorageConfig()) {
              return;
            }
            throw PubSubException.of(
                key
                    + " "
                    + name
                    + ": its messages are delivered elsewhere; take a subscription of the type pull");
          });
    }
  }

  /**
   * Checks that messages can be published to a topic.
   *
   * @throws PubSubException if not
   */
  void topic(String key, String name) throws IOException {
    Connection connection = Connection.of(options);
    try (PublisherStub stub =
        GrpcPublisherStub.create(
            PublisherStubSettings.newBuilder()
                .setTransportChannelProvider(connection.channels())
                .setCredentialsProvider(connection.account())
                .build())) {
      check(
          key + " " + name,
          name,
          Permission.PUBLISH,
          stub.testIamPermissionsCallable(),
          () ->
              stub.getTopicCallable()
                  .call(GetTopicRequest.newBuilder().setTopic(name).build(), context()));
    }
  }

  private static void check(
      String shown,
      String name,
      Permission permission,
      UnaryCallable<TestIamPermissionsRequest, TestIamPermissionsResponse> test,
      Look look)
      throws IOException {
    try {
      Optional<Boolean> allowed = isAllowed(name, permission, test);
      try {
        look.look();
      } catch (ApiException e) {
        // An account that may use a resource need not be allowed to read its settings.
        if (code(e) != Code.PERMISSION_DENIED || !allowed.equals(Optional.of(true))) {
          throw e;
        }
      }
      if (allowed.equals(Optional.of(false))) {
        throw PubSubException.of(shown + ": " + permission.missing());
      }
    } catch (ApiException e) {
      throw PubSubException.of(shown, name, permission, e);
    }
  }

  /** Empty if it is unknown: emulators have no permissions. */
  private static Optional<Boolean> isAllowed(
      String name,
      Permission permission,
      UnaryCallable<TestIamPermissionsRequest, TestIamPermissionsResponse> test) {
    try {
      return Optional.of(
          test.call(
                  TestIamPermissionsRequest.newBuilder()
                      .setResource(name)
                      .addPermissions(permission.id())
                      .build(),
                  context())
              .getPermissionsList()
              .contains(permission.id()));
    } catch (ApiException e) {
      if (code(e) == Code.UNIMPLEMENTED
          || code(e) == Code.NOT_FOUND
          || code(e) == Code.PERMISSION_DENIED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Code code(ApiException e) {
    return e.getStatusCode().getCode();
  }

  /** Short timeouts, because a person is waiting. */
  private static GrpcCallContext context() {
    return GrpcCallContext.createDefault()
        .withRetrySettings(
            RetrySettings.newBuilder()
                .setInitialRetryDelayDuration(Duration.ofMillis(200))
                .setRetryDelayMultiplier(2)
                .setMaxRetryDelayDuration(Duration.ofSeconds(2))
                .setInitialRpcTimeoutDuration(Duration.ofSeconds(10))
                .setMaxRpcTimeoutDuration(Duration.ofSeconds(10))
                .setTotalTimeoutDuration(Duration.ofSeconds(15))
                .build());
  }

  @FunctionalInterface
  private interface Look {
    void look() throws IOException;
  }
}
