package io.beambatch.localserver;

import java.util.Locale;
import java.util.UUID;

/** Creates ids in the forms that the real API uses. */
final class Ids {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private Ids() {}

  static String file() {
    return "file-" + random().substring(0, 22);
  }

  static String request() {
    return "req_" + random();
  }

  /** 32 hexadecimal digits, derived from a seed and a number. */
  static String derived(long seed, long number) {
    char[] digits = new char[32];
    long high = mix(seed ^ mix(number));
    put(digits, 0, high);
    put(digits, 16, mix(high + number));
    return new String(digits);
  }

  /** Mixes the bits of a number: the finaliser of SplitMix64. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** 32 random hexadecimal digits. */
  static String random() {
    return UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
  }

  private static void put(char[] digits, int start, long bits) {
    for (int i = 0; i < 16; i++) {
      digits[start + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 15];
    }
  }
}
