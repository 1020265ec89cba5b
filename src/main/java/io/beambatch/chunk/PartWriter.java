package io.beambatch.chunk;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.job.Job;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.RequestFrame;
import io.beambatch.request.Request;
import io.beambatch.request.RequestLine;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.Fingerprinter;
import io.beambatch.schema.Shape;
import io.beambatch.schema.ShapeCollector;
import io.beambatch.storage.BackgroundCloser;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes requests into parts, each with a sidecar of the documents, line by line. A part is closed
 * well below the limits of a chunk ({@link PartLimits}).
 */
final class PartWriter implements BundleWriter<Request> {
  private final RunFolder folder;
  private final PartLimits limits;
  private final RequestFrame frame;
  private final Pattern customId;
  private final boolean isFoundByCount;
  private final @Nullable ShapeCollector shape;
  private final @Nullable Fingerprinter fingerprinter;
  private final BackgroundCloser closer;
  private final List<Part> done = new ArrayList<>();
  private @Nullable Open open;

  /**
   * Writes parts of a run.
   *
   * @param fingerprints whether to write the fingerprints of requests, by which identical ones are
   *     found
   */
  PartWriter(RunFolder folder, Job job, boolean fingerprints) {
    this.folder = folder;
    this.closer = new BackgroundCloser(folder.parts());
    this.limits = PartLimits.of(job.inference().limits());
    this.frame = job.inference().request().frame();
    Capabilities can = job.inference().request().provider().capabilities();
    this.customId = can.customId();
    this.isFoundByCount = can.orphans() == OrphanSearch.COUNT;
    this.shape = DocumentShapes.areNeeded(job) ? new ShapeCollector() : null;
    this.fingerprinter = fingerprints ? job.inference().request().fingerprinter() : null;
  }

  @Override
  public void add(Request request) throws IOException {
    if (open != null && open.isFullFor(request)) {
      done.add(open.finish());
      open = null;
    }
    if (open == null) {
      open = new Open(Part.newName());
    }
    open.add(request);
  }

  @Override
  public Shape shape() {
    return shape == null ? Shape.NONE : shape.shape();
  }

  @Override
  public List<Part> finish() throws IOException {
    if (open != null) {
      done.add(open.finish());
      open = null;
    }
    closer.await();
    return List.copyOf(done);
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.abandon();
      open = null;
    }
    closer.await();
  }

  private final class Open {
    private final String name;
    private final PartLimits most;
    private final OutputStream requestFile;
    private final OutputStream documentFile;
    private final FingerprintFile.@Nullable Writer fingerprintFile;
    private final RequestLine line;
    private final StringBuilder id = new StringBuilder();
    private int requests;
    private long weight;
    private long bytes;
    private long tokens;

    Open(String name) throws IOException {
      this.name = name;
      this.most = isFoundByCount ? limits.variedBy(name) : limits;
      this.line = new RequestLine(name, frame);
      String longest = RequestLine.id(name, Integer.MAX_VALUE);
      if (!customId.matcher(longest).matches()) {
        throw new IllegalStateException(
            "the provider accepts no request ids such as " + longest + "; nothing was sent");
      }
      this.requestFile = Storage.create(folder.requests(name));
      this.documentFile = Storage.create(folder.documents(name));
      this.fingerprintFile =
          fingerprinter == null ? null : new FingerprintFile.Writer(folder.fingerprints(name));
    }

    boolean isFullFor(Request request) {
      return weight + request.weight() > most.weight()
          || bytes + request.body().length() > most.bytes()
          || tokens + request.tokens() > most.tokens();
    }

    void add(Request request) throws IOException {
      byte[] body = request.body().getBytes(StandardCharsets.UTF_8);
      int length = line.write(requestFile, requests, body);
      bytes += length;
      if (fingerprintFile != null && fingerprinter != null) {
        fingerprintFile.add(
            new FingerprintFile.Entry(
                fingerprinter.of(body), length, request.tokens(), request.weight()));
      }
      id.setLength(0);
      id.append('"');
      JsonStringEncoder.getInstance().quoteAsString(request.document().id(), id);
      id.append("\"\t");
      documentFile.write(id.toString().getBytes(StandardCharsets.UTF_8));
      documentFile.write(request.document().json().getBytes(StandardCharsets.UTF_8));
      documentFile.write('\n');
      if (shape != null) {
        shape.add(request.document().json());
      }
      requests++;
      weight += request.weight();
      tokens += request.tokens();
    }

    Part finish() throws IOException {
      List<Closeable> files = new ArrayList<>(List.of(requestFile, documentFile));
      if (fingerprintFile != null) {
        files.add(fingerprintFile);
      }
      closer.close(files);
      return new Part(
          name,
          requests,
          weight,
          bytes,
          tokens,
          Map.of(),
          List.of(),
          fingerprintFile != null,
          null,
          0);
    }

    void abandon() throws IOException {
      finish();
      closer.await();
      Storage.delete(
          List.of(folder.requests(name), folder.documents(name), folder.fingerprints(name)));
    }
  }
}
