package io.beambatch.template;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a template's metadata has for an option, besides its name, its {@code @Description} (the
 * help text), its {@code @Default}, and {@code @Validation.Required}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface TemplateParameter {
  /** Its position in the list. */
  int order();

  /** The label above the console's field. */
  String label();

  /** How the console lets users choose a value. */
  Kind kind() default Kind.TEXT;

  /** The pattern of a complete value; empty for anything. */
  String regex() default "";

  /** What happens without a value, if it is optional. */
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
