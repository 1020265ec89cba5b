package io.beambatch.localserver;

import java.util.SplittableRandom;

/** The order in which lines are answered: shuffled, never the input's own. */
final class ShuffledOrder {
  private ShuffledOrder() {}

  static int[] shuffled(int count, long seed) {
    int[] order = new int[count];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }
}
