package io.beambatch.schema;

/**
 * Replaces a value in a record that violates its type, such as a text that is not UTF-8. The record
 * is then an invalid document; those after it are read.
 *
 * @param problem what is wrong, without the value
 */
public record UnreadableValue(String problem) {}
