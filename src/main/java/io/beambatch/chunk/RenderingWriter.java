package io.beambatch.chunk;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.Job;
import io.beambatch.request.RenderException;
import io.beambatch.request.RequestRenderer;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Renders documents and writes them into parts: requests into parts that can be sent, and documents
 * that have no request into a part of failures.
 */
final class RenderingWriter implements BundleWriter<Document> {
  private final RequestRenderer renderer;
  private final PartWriter requests;
  private final FailureWriter failures;

  private RenderingWriter(RequestRenderer renderer, PartWriter requests, FailureWriter failures) {
    this.renderer = renderer;
    this.requests = requests;
    this.failures = failures;
  }

  @Override
  public void add(Document document) throws IOException {
    try {
      requests.add(renderer.render(document));
    } catch (RenderException e) {
      failures.add(new FailedDocument(document, e.failure()));
    }
  }

  @Override
  public Shape shape() {
    return requests.shape();
  }

  @Override
  public List<Part> finish() throws IOException {
    List<Part> parts = new ArrayList<>(requests.finish());
    parts.addAll(failures.finish());
    return parts;
  }

  @Override
  public void close() throws IOException {
    try (failures) {
      requests.close();
    }
  }

  /** Opens writers that share one renderer, because its estimate of tokens learns from texts. */
  static final class Writers implements Factory<Document> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;
    private final Job job;
    private final boolean fingerprints;
    private transient @Nullable RequestRenderer renderer;

    /**
     * Opens writers of a run's parts.
     *
     * @param fingerprints whether to write the fingerprints of requests
     */
    Writers(RunFolder folder, Job job, boolean fingerprints) {
      this.folder = folder;
      this.job = job;
      this.fingerprints = fingerprints;
    }

    @Override
    public BundleWriter<Document> open() {
      if (renderer == null) {
        renderer = new RequestRenderer(job.inference());
      }
      return new RenderingWriter(
          renderer,
          new PartWriter(folder, job, fingerprints),
          new FailureWriter(folder, job.source().id() != null));
    }
  }
}
