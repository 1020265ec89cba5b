package io.beambatch.schema;

/**
 * Stands in a record in the place of a value that the file has, but that can't be what its type
 * says, such as a text that is not UTF-8. The record is then an invalid document; those after it
 * are read.
 *
 * @param problem what is wrong, without the value
 */
public record UnreadableValue(String problem) {}
