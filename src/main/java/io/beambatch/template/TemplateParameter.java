package io.beambatch.template;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a template's metadata says of an option, beside its name, its {@code @Description} (the help
 * text), its {@code @Default}, and {@code @Validation.Required}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface TemplateParameter {
  /** Its place in the list. */
  int order();

  /** What the console writes above the field. */
  String label();

  /** How the console lets a value be chosen. */
  Kind kind() default Kind.TEXT;

  /** What a value has to match, all of it; empty for anything. */
  String regex() default "";

  /** What happens without a value, where one is optional. */
  String without() default "";

  /** A value as somebody might give it. */
  String example();

  /** Dataflow's names for kinds of parameters that are used here. */
  enum Kind {
    TEXT,
    ENUM,
    GCS_READ_FILE,
    GCS_WRITE_FOLDER
  }
}
