package io.beambatch.localserver;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Parses faults from a command line: {@code WHERE:KIND}, {@code WHERE:KIND:HOW_OFTEN}, or with
 * another number. {@code WHERE} is a call's name, {@code *} for every call, {@code batch} or {@code
 * line}; {@code HOW_OFTEN} is how many of the first are hit, or a percentage such as {@code 10%} of
 * all.
 */
public final class FaultText {
  private FaultText() {}

  /**
   * Parses one fault.
   *
   * @throws IllegalArgumentException if it isn't valid; the message says why
   */
  public static Faults parse(String text) {
    String[] fields = text.split(":", -1);
    try {
      Faults.require(fields.length >= 2 && fields.length <= 4, "write WHERE:KIND:HOW_OFTEN");
      Integer first = fields.length > 2 ? first(fields[2]) : null;
      double share = first != null ? 0 : fields.length > 2 ? share(fields[2]) : 1;
      String more = fields.length > 3 ? fields[3] : null;
      return switch (fields[0]) {
        case "batch" -> Faults.none().with(batch(fields[1], first, share, more));
        case "line" -> {
          requireNothing(more);
          yield Faults.none()
              .with(new LineFault(kind(LineFault.Kind.values(), fields[1]), first, share));
        }
        default -> Faults.none().with(call(fields[0], fields[1], first, share, more));
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not a fault such as create_batch:lost_reply:1, batch:expire:10%% or line:missing:1%%: %s"
              .formatted(text, e.getMessage()),
          e);
    }
  }

  private static CallFault call(
      String name, String kind, @Nullable Integer first, double share, @Nullable String more) {
    CallFault.Kind is = kind(CallFault.Kind.values(), kind);
    if (is != CallFault.Kind.RATE_LIMIT) {
      requireNothing(more);
    }
    return more == null
        ? CallFault.usual(name, is, first, share)
        : new CallFault(name, is, first, share, number(more));
  }

  private static BatchFault batch(
      String kind, @Nullable Integer first, double share, @Nullable String more) {
    BatchFault.Kind is = kind(BatchFault.Kind.values(), kind);
    BatchFault usual = BatchFault.usual(is, first, share);
    if (more == null) {
      return usual;
    }
    return switch (is) {
      case EXPIRE, STUCK -> usual.at(share(more));
      case SLOW -> usual.byMillis(number(more));
      case NULL_OUTPUT -> usual.reads(number(more));
      case FILE_NOT_FOUND, FILE_NOT_FOUND_LATER, INVALID_LINE, TOKEN_LIMIT, LYING_COUNTS -> {
        requireNothing(more);
        yield usual;
      }
    };
  }

  private static <K extends Enum<K>> K kind(K[] kinds, String word) {
    List<String> known =
        Stream.of(kinds).map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList();
    int index = known.indexOf(word);
    Faults.require(index >= 0, "its kind must be one of " + String.join(", ", known));
    return kinds[index];
  }

  private static void requireNothing(@Nullable String more) {
    Faults.require(more == null, "a fault of this kind has no further number");
  }

  private static @Nullable Integer first(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
  }

  private static int number(String text) {
    Faults.require(text.matches("[0-9]{1,9}"), "'" + text + "' is not a whole number");
    return Integer.parseInt(text);
  }

  private static double share(String text) {
    boolean percent = text.matches("[0-9]{1,3}(\\.[0-9]{1,9})?%");
    Faults.require(
        percent || text.matches("[01]\\.[0-9]{1,9}"),
        "'" + text + "' is neither a number of hits nor a share such as 10% or 0.1");
    return percent
        ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100
        : Double.parseDouble(text);
  }
}
