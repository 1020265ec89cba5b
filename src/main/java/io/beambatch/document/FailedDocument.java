package io.beambatch.document;

import org.apache.beam.sdk.coders.DefaultCoder;

/** A document without an answer, and why. */
@DefaultCoder(FailedDocumentCoder.class)
public record FailedDocument(Document document, Failure failure) {}
