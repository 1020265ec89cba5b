package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The short form of a request, {@code request.prompt}: what every provider's models can be asked.
 * Each {@link Endpoint} renders it into its own body. Texts may hold {@code {{field}}}.
 *
 * @param system what the model is told about its task, or null
 * @param user what it is asked about each document
 * @param maxTokens the most that an answer may have, or null
 * @param temperature or null
 * @param schema that the answer has to fit, or null
 */
public record Prompt(
    @Nullable String system,
    String user,
    @Nullable Integer maxTokens,
    @Nullable BigDecimal temperature,
    @Nullable JsonNode schema) {}
