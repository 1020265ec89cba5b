package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a response is the answer, where it goes, and what form it must have.
 *
 * @param field the field of the document for the answer
 * @param pointer a JSON pointer into the response body, or null for the endpoint's own place
 * @param schema a JSON schema that answers must fit, or null
 * @param unfence whether a Markdown fence around an answer is removed, or null for the default:
 *     where answers must fit a schema
 */
public record ResultSpec(
    String field, @Nullable String pointer, @Nullable JsonNode schema, @Nullable Boolean unfence)
    implements Serializable {}
