package io.beambatch;

import io.beambatch.job.Job;
import org.apache.beam.sdk.values.PCollection;

/**
 * Converts documents between a pipeline's own form and JSON: to JSON before they are asked about,
 * and back once they are answered.
 */
interface DocumentForm<T> {
  DocumentForm<String> JSON =
      new DocumentForm<>() {
        @Override
        public PCollection<String> toJson(PCollection<String> documents) {
          return documents;
        }

        @Override
        public PCollection<String> fromJson(PCollection<String> json, PCollection<String> like) {
          return json;
        }
      };

  /**
   * A copy of the job that checks answers against this form: an answer that it can't hold fails.
   */
  default Job checking(Job job) {
    return job;
  }

  PCollection<String> toJson(PCollection<T> documents);

  /**
   * Answered documents in the form of the input.
   *
   * @param like the input documents
   */
  PCollection<T> fromJson(PCollection<String> json, PCollection<T> like);
}
