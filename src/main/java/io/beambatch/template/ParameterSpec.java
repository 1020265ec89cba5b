package io.beambatch.template;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.beambatch.template.TemplateOptions.Mode;
import io.beambatch.template.TemplateParameter.Kind;
import java.beans.Introspector;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/**
 * A parameter of the template, as {@link TemplateOptions} declares it.
 *
 * @param without what happens without a value, if it is optional; or empty
 * @param isOptional whether a launch may omit it
 * @param regex the pattern of its values, or null
 * @param choices its possible values, or empty for any
 * @param usual its default, or null
 */
record ParameterSpec(
    String name,
    String label,
    String help,
    String without,
    Kind kind,
    boolean isOptional,
    @Nullable String regex,
    List<String> choices,
    @Nullable String usual,
    String example) {

  /** All parameters, in the order in which they are shown. */
  static List<ParameterSpec> all() {
    return Arrays.stream(TemplateOptions.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(TemplateParameter.class))
        .sorted(
            Comparator.comparingInt(
                method -> method.getAnnotation(TemplateParameter.class).order()))
        .map(ParameterSpec::of)
        .toList();
  }

  private static ParameterSpec of(Method getter) {
    TemplateParameter parameter = getter.getAnnotation(TemplateParameter.class);
    Default.Enum usual = getter.getAnnotation(Default.Enum.class);
    List<String> choices =
        getter.getReturnType().isEnum()
            ? Arrays.stream(getter.getReturnType().getFields()).map(ParameterSpec::choice).toList()
            : List.of();
    return new ParameterSpec(
        Introspector.decapitalize(getter.getName().substring("get".length())),
        parameter.label(),
        getter.getAnnotation(Description.class).value(),
        parameter.without(),
        parameter.kind(),
        !getter.isAnnotationPresent(Validation.Required.class),
        parameter.regex().isEmpty() ? null : "^" + parameter.regex() + "$",
        choices,
        usual == null ? null : usual.value().toLowerCase(Locale.ROOT),
        parameter.example());
  }

  private static String choice(Field constant) {
    return constant.getAnnotation(JsonProperty.class).value();
  }

  /** The same parameter without these modes, if it selects a mode. */
  ParameterSpec without(Mode... modes) {
    List<String> left = Stream.of(modes).map(Mode::toString).toList();
    return new ParameterSpec(
        name,
        label,
        help,
        without,
        kind,
        isOptional,
        regex,
        choices.stream().filter(choice -> !left.contains(choice)).toList(),
        usual,
        left.contains(example) ? Objects.requireNonNull(usual) : example);
  }

  /** What the parameter is for, and what happens without it, if it is optional. */
  String helpText() {
    return isOptional && !without.isEmpty() ? help + " " + without : help;
  }
}
