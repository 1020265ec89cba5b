package io.beambatch.source;

import org.apache.avro.Schema;

/**
 * The schema of a source's documents, and where it was found. {@link SourceSchemas} keeps it with
 * the run.
 *
 * @param file the path of the file with the schema, or {@code the table}
 */
public record SourceSchema(String file, Schema schema) {}
