package io.beambatch.request;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many prompt tokens a family of models uses for an image, as OpenAI published it in August
 * 2026. An image of unknown size, such as one at a URL, counts as the maximum for its detail.
 */
sealed interface ImageRule {
  /**
   * The tokens of an image.
   *
   * @param size null if it is unknown
   * @param detail {@code low}, {@code high}, {@code original}; anything else means the default
   */
  long tokens(@Nullable ImageSize size, String detail);

  /** The rule of a model; other makers' models use nearly as many as the newest ones. */
  static ImageRule of(String model) {
    // Routers prefix the maker's name, fine-tuned models "ft:".
    String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    String base = name.startsWith("ft:") ? name.substring("ft:".length()) : name;
    return Families.RULES.stream()
        .filter(family -> base.startsWith(family.getKey()))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(Families.OTHERS);
  }

  /**
   * Counts tiles of 512 pixels, after scaling the image to fit 2,048 by 2,048 and its shorter side
   * to 768. With low detail only the base counts.
   */
  record Tiles(long base, long tile) implements ImageRule {
    private static final double LONG_SIDE = 2048;
    private static final double SHORT_SIDE = 768;
    private static final int SIDE = 512;
    private static final long MOST = 8;

    @Override
    public long tokens(@Nullable ImageSize size, String detail) {
      return detail.equals("low") ? base : base + tile * (size == null ? MOST : tiles(size));
    }

    private static long tiles(ImageSize size) {
      double fit = Math.min(1, LONG_SIDE / Math.max(size.width(), size.height()));
      double shorter = Math.min(size.width(), size.height()) * fit;
      double scale = fit * Math.min(1, SHORT_SIDE / shorter);
      return across(size.width() * scale) * across(size.height() * scale);
    }

    private static long across(double pixels) {
      return Math.max(1, (Math.round(pixels) + SIDE - 1) / SIDE);
    }
  }

  /**
   * Counts patches of 32 pixels, times a factor. An image with more patches than the detail allows
   * is scaled down.
   */
  record Patches(double factor, int low, int high, int original) implements ImageRule {
    private static final double SIDE = 32;

    @Override
    public long tokens(@Nullable ImageSize size, String detail) {
      int most =
          switch (detail) {
            case "low" -> low;
            case "original" -> original;
            default -> high;
          };
      return (long) Math.ceil((size == null ? most : patches(size, most)) * factor);
    }

    private static long patches(ImageSize size, int most) {
      double across = size.width() / SIDE;
      double down = size.height() / SIDE;
      double patches = Math.ceil(across) * Math.ceil(down);
      if (patches <= most) {
        return (long) patches;
      }
      // As large as possible, but without partly filled patches along one side.
      double scale = Math.sqrt(most / (across * down));
      double whole =
          Math.min(
              Math.floor(across * scale) / (across * scale),
              Math.floor(down * scale) / (down * scale));
      if (whole == 0) {
        return most; // narrower than a patch
      }
      double exact = scale * whole;
      return Math.min(most, (long) (ceil(across * exact) * ceil(down * exact)));
    }

    /** Compensates for rounding errors of doubles. */
    private static double ceil(double patches) {
      return Math.ceil(patches - 1e-6);
    }
  }

  /** The families; longer names precede their prefixes. */
  final class Families {
    private static final ImageRule NEWEST = new Patches(1.2, 256, 2_500, 10_000);
    private static final ImageRule OTHERS = NEWEST;

    private static final List<Map.Entry<String, ImageRule>> RULES =
        List.of(
            Map.entry("gpt-4o-mini", new Tiles(2833, 5667)),
            Map.entry("gpt-4.1-mini", new Patches(1.62, 1_536, 1_536, 1_536)),
            Map.entry("gpt-4.1-nano", new Patches(2.46, 1_536, 1_536, 1_536)),
            Map.entry("o4-mini", new Patches(1.72, 1_536, 1_536, 1_536)),
            Map.entry("gpt-5-mini", new Patches(1.62, 1_536, 1_536, 1_536)),
            Map.entry("gpt-5-nano", new Patches(2.46, 1_536, 1_536, 1_536)),
            Map.entry("gpt-5.4-mini", new Patches(1.62, 256, 1_536, 1_536)),
            Map.entry("gpt-5.4-nano", new Patches(2.46, 256, 1_536, 1_536)),
            Map.entry("gpt-5.4", NEWEST),
            Map.entry("gpt-5.5", NEWEST),
            Map.entry("gpt-5", new Tiles(70, 140)),
            Map.entry("gpt-4", new Tiles(85, 170)),
            Map.entry("chatgpt-4o", new Tiles(85, 170)),
            Map.entry("o1", new Tiles(75, 150)),
            Map.entry("o3", new Tiles(75, 150)),
            Map.entry("computer-use-preview", new Tiles(65, 129)));

    private Families() {}
  }
}
