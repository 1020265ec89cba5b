package io.beambatch;

import io.beambatch.job.Job;
import org.apache.beam.sdk.values.PCollection;

/**
 * What documents are outside: made JSON to be asked about, and made of JSON once they are answered.
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

  /** The job with what answers have to be in this form, or they fail instead of being given out. */
  default Job checking(Job job) {
    return job;
  }

  PCollection<String> toJson(PCollection<T> documents);

  /**
   * Answered documents in the form that they came in.
   *
   * @param like the documents that came
   */
  PCollection<T> fromJson(PCollection<String> json, PCollection<T> like);
}
