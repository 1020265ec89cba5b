package io.beambatch.emulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.fn.harness.ExternalWorkerService;
import org.apache.beam.model.jobmanagement.v1.JobApi;
import org.apache.beam.model.jobmanagement.v1.JobServiceGrpc;
import org.apache.beam.model.jobmanagement.v1.JobServiceGrpc.JobServiceBlockingStub;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.fn.server.GrpcFnServer;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PortablePipelineOptions;
import org.apache.beam.sdk.util.construction.Environments;
import org.apache.beam.sdk.util.construction.PipelineOptionsTranslation;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.apache.beam.sdk.util.construction.SdkComponents;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannel;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannelBuilder;
import org.joda.time.Duration;

/**
 * Runs pipelines on Prism, Beam's portable reference runner, with Java's SDK harness in this JVM:
 * the harness that Dataflow's Runner v2 runs our steps in. It is a client of the job service,
 * because Beam's own is not among the artifacts that can be had. The environment variable {@code
 * BEAMBATCH_PRISM} names the program, which ends with this JVM.
 */
public final class PrismRunner extends PipelineRunner<PipelineResult> {
  private static final String PROGRAM = "BEAMBATCH_PRISM";
  private static final Pattern SERVING =
      Pattern.compile(".*Serving JobManagement.*\"endpoint\":\"localhost:(\\d+)\".*");

  private static String address;

  private final PipelineOptions options;

  private PrismRunner(PipelineOptions options) {
    this.options = options;
  }

  /** For Beam, which finds the class by {@code --runner}. */
  public static PrismRunner fromOptions(PipelineOptions options) {
    return new PrismRunner(options);
  }

  private static synchronized String start() throws IOException {
    if (address == null) {
      Process process =
          new ProcessBuilder(
                  InstalledProgram.named(PROGRAM).toString(),
                  "--job_port=0",
                  "--serve_http=false",
                  "--log_kind=json")
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      // Not closed: what it says later has to go somewhere.
      BufferedReader log =
          new BufferedReader(
              new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
      String port = null;
      while (port == null) {
        String line = log.readLine();
        if (line == null) {
          throw new IOException("Prism has ended before it served");
        }
        Matcher serving = SERVING.matcher(line);
        port = serving.matches() ? serving.group(1) : null;
      }
      Thread reader = new Thread(() -> log.lines().forEach(line -> {}), "prism");
      reader.setDaemon(true);
      reader.start();
      address = "127.0.0.1:" + port;
    }
    return address;
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    try {
      GrpcFnServer<ExternalWorkerService> harness = new ExternalWorkerService(options).start();
      PortablePipelineOptions portable = options.as(PortablePipelineOptions.class);
      portable.setDefaultEnvironmentType(Environments.ENVIRONMENT_EXTERNAL);
      portable.setDefaultEnvironmentConfig(harness.getApiServiceDescriptor().getUrl());
      portable.setFilesToStage(List.of());
      ManagedChannel channel = ManagedChannelBuilder.forTarget(start()).usePlaintext().build();
      JobServiceBlockingStub jobs = JobServiceGrpc.newBlockingStub(channel);
      JobApi.PrepareJobResponse prepared =
          jobs.prepare(
              JobApi.PrepareJobRequest.newBuilder()
                  .setJobName(options.getJobName())
                  .setPipeline(
                      PipelineTranslation.toProto(pipeline, SdkComponents.create(options), false))
                  .setPipelineOptions(PipelineOptionsTranslation.toProto(options))
                  .build());
      String job =
          jobs.run(
                  JobApi.RunJobRequest.newBuilder()
                      .setPreparationId(prepared.getPreparationId())
                      .build())
              .getJobId();
      return new Job(jobs, job, harness, channel);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private record Job(
      JobServiceBlockingStub jobs,
      String id,
      GrpcFnServer<ExternalWorkerService> harness,
      ManagedChannel channel)
      implements PipelineResult {

    @Override
    public State getState() {
      return state(
          jobs.getState(JobApi.GetJobStateRequest.newBuilder().setJobId(id).build()).getState());
    }

    @Override
    public State cancel() {
      State state =
          state(jobs.cancel(JobApi.CancelJobRequest.newBuilder().setJobId(id).build()).getState());
      close();
      return state;
    }

    /** Waits until the job has ended, and fails with what the runner says if it failed. */
    @Override
    public State waitUntilFinish() {
      List<String> errors = new ArrayList<>();
      Iterator<JobApi.JobMessagesResponse> messages =
          jobs.getMessageStream(JobApi.JobMessagesRequest.newBuilder().setJobId(id).build());
      State state = State.UNKNOWN;
      while (messages.hasNext()) {
        JobApi.JobMessagesResponse message = messages.next();
        if (message.hasMessageResponse()
            && message.getMessageResponse().getImportance()
                == JobApi.JobMessage.MessageImportance.JOB_MESSAGE_ERROR) {
          errors.add(message.getMessageResponse().getMessageText());
        }
        if (message.hasStateResponse()) {
          state = state(message.getStateResponse().getState());
        }
      }
      close();
      if (state == State.FAILED) {
        throw new Pipeline.PipelineExecutionException(
            new IllegalStateException(String.join("\n", errors)));
      }
      return state;
    }

    @Override
    public State waitUntilFinish(Duration duration) {
      return waitUntilFinish();
    }

    private void close() {
      channel.shutdownNow();
      try {
        harness.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public MetricResults metrics() {
      throw new UnsupportedOperationException("metrics");
    }

    private static State state(JobApi.JobState.Enum state) {
      return switch (state) {
        case DONE -> State.DONE;
        case FAILED -> State.FAILED;
        case CANCELLED -> State.CANCELLED;
        case STOPPED -> State.STOPPED;
        case STARTING, RUNNING, CANCELLING, DRAINING, UPDATING -> State.RUNNING;
        default -> State.UNKNOWN;
      };
    }
  }
}
