package io.beambatch.document;

/** A document that got no answer, and why. */
public record FailedDocument(Document document, Failure failure) {}
