package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a response is the answer, where it goes, and what it has to look like.
 *
 * @param field the field of the document that takes the answer
 * @param pointer a JSON pointer into the response body, or null for the endpoint's own place
 * @param schema a JSON schema that answers have to fit, or null
 * @param unfence whether a Markdown fence around an answer is taken off, or null for the default:
 *     where answers have to fit a schema
 */
public record ResultSpec(
    String field, @Nullable String pointer, @Nullable JsonNode schema, @Nullable Boolean unfence)
    implements Serializable {}
