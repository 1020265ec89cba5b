package io.beambatch.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Format;
import com.networknt.schema.FormatValidator;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationContext;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema that answers must fit. No answer can stall the join: the steps, the depth and the
 * size of numbers are bounded, and an answer that exceeds a bound does not fit. References to other
 * files are not followed.
 */
final class AnswerSchema {
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder()
          .pathType(PathType.JSON_POINTER)
          .locale(Locale.ENGLISH)
          .regularExpressionFactory(LinearRegularExpression::new)
          .build();
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .nodeFactory(new ExactNumbers())
          .build();

  /** The validator recurses for each level, and a thread's stack is small. */
  private static final int MAX_DEPTH = 100;

  /** How many errors a model is told: enough to repair them. */
  private static final int MESSAGES_OF_ADVICE = 5;

  private static final int CHARS_OF_ADVICE = 1_000;

  /** Of digits, and of the exponent: comparing 1e1000000000 exactly would not end in practice. */
  private static final int MAX_NUMBER = 1_000;

  /** Each step applies one rule of the schema to one part of the answer. */
  private static final long MIN_STEPS = 100_000;

  private static final long STEPS_PER_BYTE = 20;

  private final JsonSchema schema;
  private final boolean admitsPlainText;

  private AnswerSchema(JsonSchema schema, boolean admitsPlainText) {
    this.schema = schema;
    this.admitsPlainText = admitsPlainText;
  }

  /**
   * Compiles a schema of draft 2020-12, or of the draft that its {@code $schema} names.
   *
   * @throws IllegalArgumentException if it can't be used
   */
  static AnswerSchema of(JsonNode schema) {
    try {
      VersionFlag version =
          SpecVersionDetector.detectOptionalVersion(schema, false).orElse(VersionFlag.V202012);
      checkKeywords(schema, version);
      SchemaCheck.check(schema);
      JsonSchema compiled =
          JsonSchemaFactory.getInstance(
                  version,
                  builder ->
                      builder
                          .metaSchema(BoundedFormat.in(version))
                          .schemaLoaders(
                              loaders ->
                                  loaders
                                      .values(List::clear)
                                      .add(DisallowSchemaLoader.getInstance())))
              .getSchema(withExactValues(schema), CONFIG);
      // Otherwise a dangling reference would be found only with the first answer.
      compiled.initializeValidators();
      return new AnswerSchema(compiled, SchemaCheck.admitsPlainText(schema));
    } catch (RuntimeException | JsonProcessingException unusable) {
      throw new IllegalArgumentException(
          "The JSON schema for answers can't be used: "
              + reason(unusable)
              + "; correct result.schema, or the schema in request.body",
          unusable);
    }
  }

  private static String reason(Exception unusable) {
    String message = String.valueOf(unusable.getMessage());
    return message.contains("is not allowed to be loaded")
        ? "it refers to another schema, or has a $schema that is not known"
        : message.replaceFirst("^: ", "");
  }

  /** Checks a schema against its meta-schema: a misspelt type would accept everything. */
  private static void checkKeywords(JsonNode schema, VersionFlag version) {
    Set<ValidationMessage> problems =
        JsonSchemaFactory.getInstance(version)
            .getSchema(SchemaLocation.of(version.getId()), CONFIG)
            .validate(schema);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(problems.iterator().next().getMessage());
    }
  }

  /**
   * Converts the schema's constants to the number type of the answers that they are compared with.
   */
  private static JsonNode withExactValues(JsonNode schema) throws JsonProcessingException {
    JsonNode copy = schema.deepCopy();
    for (String keyword : List.of("const", "enum")) {
      for (JsonNode parent : copy.findParents(keyword)) {
        ((ObjectNode) parent)
            .set(keyword, MAPPER.readTree(MAPPER.writeValueAsString(parent.get(keyword))));
      }
    }
    return copy;
  }

  /**
   * Returns whether the schema accepts texts, such as a list of words, and neither objects nor
   * arrays.
   */
  boolean admitsPlainText() {
    return admitsPlainText;
  }

  /**
   * The place of an answer and the rule that it breaks there, without contents; null if it fits.
   */
  @Nullable Problem violation(JsonSlice answer) throws IOException {
    String excess = excess(answer);
    if (excess != null) {
      return Problem.of("the answer can't be checked against the schema: " + excess);
    }
    Set<ValidationMessage> messages;
    try (JsonParser parser = answer.parser()) {
      messages =
          schema.validate(
              new BoundedContext(MIN_STEPS + STEPS_PER_BYTE * answer.length()),
              (JsonNode) MAPPER.readTree(parser));
    } catch (TooManyStepsException endless) {
      return Problem.of("the answer can't be checked against the schema: it takes too many steps");
    } catch (RuntimeException | StackOverflowError inapplicable) {
      // Whatever the library throws concerns this answer only; the next may be fine.
      return Problem.of("the schema could not be applied to the answer");
    }
    return messages.isEmpty() ? null : describe(messages);
  }

  private static Problem describe(Set<ValidationMessage> messages) {
    Iterator<ValidationMessage> each = messages.iterator();
    ValidationMessage first = each.next();
    String place = first.getInstanceLocation().toString();
    // The field names in the path may come from the answer.
    return Problem.of(
            "the answer breaks the schema's rule " + first.getEvaluationPath(),
            " at "
                + (place.isEmpty() ? "its root" : place)
                + (messages.size() > 1 ? ", and " + (messages.size() - 1) + " more" : ""))
        .advising(advice(messages));
  }

  /** The first of the validator's messages. */
  private static String advice(Set<ValidationMessage> messages) {
    String first =
        messages.stream()
            .limit(MESSAGES_OF_ADVICE)
            .map(message -> String.valueOf(message.getMessage()))
            .collect(Collectors.joining("; "));
    return first.length() <= CHARS_OF_ADVICE ? first : first.substring(0, CHARS_OF_ADVICE) + "…";
  }

  /** Why an answer exceeds the bounds of exact checking; null if it doesn't. */
  private static @Nullable String excess(JsonSlice answer) throws IOException {
    int depth = 0;
    try (JsonParser parser = answer.parser()) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart() && ++depth > MAX_DEPTH) {
          return "it is nested more than " + MAX_DEPTH + " deep";
        }
        if (token.isStructEnd()) {
          depth--;
        }
        if (token.isNumeric() && !isPlain(parser.getText())) {
          return "it has a number with more than "
              + MAX_NUMBER
              + " digits, or an exponent beyond that";
        }
      }
    }
    return null;
  }

  private static boolean isPlain(String number) {
    int e = Math.max(number.indexOf('e'), number.indexOf('E'));
    String exponent = e < 0 ? "0" : number.substring(e + 1);
    return number.length() <= MAX_NUMBER
        && new BigInteger(exponent).abs().compareTo(BigInteger.valueOf(MAX_NUMBER)) <= 0;
  }

  /**
   * Represents all numbers as exact decimals without trailing zeros, so that equal numbers are
   * equal nodes.
   */
  private static final class ExactNumbers extends JsonNodeFactory {
    private static final long serialVersionUID = 1;

    @Override
    public NumericNode numberNode(int number) {
      return exact(BigDecimal.valueOf(number));
    }

    @Override
    public NumericNode numberNode(long number) {
      return exact(BigDecimal.valueOf(number));
    }

    @Override
    public ValueNode numberNode(BigInteger number) {
      return exact(new BigDecimal(number));
    }

    @Override
    public ValueNode numberNode(BigDecimal number) {
      return exact(number);
    }

    private static DecimalNode exact(BigDecimal number) {
      return DecimalNode.valueOf(number.stripTrailingZeros());
    }
  }

  /** Counts the applications of rules: each of them asks for its configuration. */
  private static final class BoundedContext extends ExecutionContext {
    private long steps;

    BoundedContext(long steps) {
      this.steps = steps;
    }

    @Override
    public ExecutionConfig getExecutionConfig() {
      if (--steps < 0) {
        throw new TooManyStepsException();
      }
      return super.getExecutionConfig();
    }
  }

  /**
   * A format that rejects long texts: the validator's own check of e-mail addresses takes quadratic
   * time, and others may exhaust the stack.
   */
  private record BoundedFormat(Format format) implements Format {
    private static final int MAX_LENGTH = 2_000;

    /** Formats without a limit on length, whose checks take linear time. */
    private static final Set<String> OF_ANY_LENGTH =
        Set.of("uri", "uri-reference", "iri", "iri-reference");

    static JsonMetaSchema in(VersionFlag version) {
      JsonMetaSchema standard =
          switch (version) {
            case V4 -> JsonMetaSchema.getV4();
            case V6 -> JsonMetaSchema.getV6();
            case V7 -> JsonMetaSchema.getV7();
            case V201909 -> JsonMetaSchema.getV201909();
            case V202012 -> JsonMetaSchema.getV202012();
          };
      return JsonMetaSchema.builder(standard)
          .formats(formats -> formats.replaceAll((name, format) -> new BoundedFormat(format)))
          .build();
    }

    @Override
    public String getName() {
      return format.getName();
    }

    @Override
    public boolean matches(
        ExecutionContext context,
        ValidationContext schema,
        JsonNode node,
        JsonNode root,
        JsonNodePath place,
        boolean asserted,
        FormatValidator validator) {
      boolean tooLong = node.isTextual() && node.textValue().length() > MAX_LENGTH;
      return (!tooLong || OF_ANY_LENGTH.contains(getName()))
          && format.matches(context, schema, node, root, place, asserted, validator);
    }
  }

  private static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyStepsException() {
      super(null, null, false, false);
    }
  }
}
