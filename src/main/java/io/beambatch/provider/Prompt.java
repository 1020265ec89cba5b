package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The short form of a request, {@code request.prompt}, which every provider's models understand.
 * Each {@link Endpoint} renders it into its own body. Texts may contain {@code {{field}}}.
 *
 * @param system the system prompt, or null
 * @param user the prompt for each document
 * @param maxTokens the maximum number of tokens of an answer, or null
 * @param temperature the sampling temperature, or null
 * @param schema the schema that the answer must fit, or null
 */
public record Prompt(
    @Nullable String system,
    String user,
    @Nullable Integer maxTokens,
    @Nullable BigDecimal temperature,
    @Nullable JsonNode schema) {}
