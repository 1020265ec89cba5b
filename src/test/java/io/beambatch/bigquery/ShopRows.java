package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.services.bigquery.model.TableFieldSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Reviews of a shop, with a column of every type that a load job can fill. */
public final class ShopRows {
  private static final List<String> WORDS =
      List.of(
          "kettle",
          "boils",
          "fast",
          "lid",
          "broke",
          "after",
          "two",
          "weeks",
          "würde",
          "ich",
          "nochmal",
          "kaufen",
          "très",
          "bon",
          "produit",
          "安い",
          "👍",
          "\"quoted\"",
          "back\\slash",
          "line\nbreak",
          "tab\there",
          "{{mustache}}",
          "<b>bold</b>",
          "&",
          "\u2028",
          "10%");

  private ShopRows() {}

  /** The columns, in order. */
  public static List<TableFieldSchema> columns() {
    return List.of(
        column("id", "STRING", "REQUIRED"),
        column("text", "STRING", null),
        column("stars", "INTEGER", "NULLABLE"),
        column("price", "NUMERIC", null),
        column("rebate", "NUMERIC", null).setPrecision(10L).setScale(2L),
        column("exact", "BIGNUMERIC", null),
        column("score", "FLOAT", null),
        column("verified", "BOOLEAN", null),
        column("photo", "BYTES", null),
        column("bought", "DATE", null),
        column("delivered", "TIME", null),
        column("local", "DATETIME", null),
        column("written", "TIMESTAMP", "REQUIRED"),
        column("place", "GEOGRAPHY", null),
        column("raw", "JSON", null),
        column("tags", "STRING", "REPEATED"),
        column("totals", "NUMERIC", "REPEATED"),
        column("author", "RECORD", null)
            .setFields(
                List.of(
                    column("name", "STRING", null),
                    column("since", "DATE", null),
                    column("badges", "RECORD", "REPEATED")
                        .setFields(
                            List.of(
                                column("name", "STRING", "REQUIRED"),
                                column("author", "RECORD", null)
                                    .setFields(List.of(column("name", "STRING", null))))))),
        column("items", "RECORD", "REPEATED")
            .setFields(List.of(column("sku", "STRING", null), column("count", "INTEGER", null))));
  }

  private static TableFieldSchema column(String name, String type, String mode) {
    return new TableFieldSchema().setName(name).setType(type).setMode(mode);
  }

  /** Rows; the same ones for the same numbers. */
  public static List<Map<String, Object>> rows(int count) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(row(i));
    }
    return rows;
  }

  /** Checks that a row is as it was. */
  public static void assertSame(Map<String, Object> row, Map<String, Object> was) {
    assertThat(row.keySet()).isEqualTo(was.keySet());
    for (String column : row.keySet()) {
      Object before = was.get(column);
      if (before instanceof BigDecimal number) {
        assertThat((BigDecimal) row.get(column)).as(column).isEqualByComparingTo(number);
      } else {
        assertThat(row.get(column)).as(column).isEqualTo(before);
      }
    }
  }

  private static Map<String, Object> row(int number) {
    Random random = new Random(number * 7919L);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", "r-" + number);
    row.put("text", text(random));
    row.put("stars", maybe(random, pick(random, 5L, 1L, Long.MAX_VALUE, Long.MIN_VALUE, 0L)));
    row.put("price", maybe(random, new BigDecimal(BigInteger.valueOf(random.nextLong()), 9)));
    row.put("rebate", maybe(random, new BigDecimal(BigInteger.valueOf(random.nextInt()), 2)));
    row.put(
        "exact",
        maybe(random, new BigDecimal(new BigInteger(230, random).subtract(BigInteger.TEN), 38)));
    row.put("score", maybe(random, pick(random, 0.1, -0.0, 1e300, Double.MIN_VALUE, 4.5)));
    row.put("verified", maybe(random, random.nextBoolean()));
    byte[] photo = new byte[random.nextInt(20)];
    random.nextBytes(photo);
    row.put("photo", maybe(random, ByteBuffer.wrap(photo)));
    row.put("bought", maybe(random, LocalDate.of(1, 1, 1).plusDays(random.nextInt(3_600_000))));
    row.put(
        "delivered",
        maybe(
            random,
            LocalTime.ofNanoOfDay(random.nextInt(86_400) * 1_000_001_000L % 86_400_000_000_000L)));
    row.put(
        "local",
        maybe(
            random,
            LocalDateTime.of(1969, 12, 31, 23, 59, 59).plus(random.nextInt(), ChronoUnit.MICROS)));
    row.put("written", Instant.EPOCH.plus(random.nextLong() / 10_000, ChronoUnit.MICROS));
    row.put("place", maybe(random, "POINT(" + random.nextInt(180) + " -12.5)"));
    row.put("raw", maybe(random, pick(random, "{\"a\":[1,2.50,null],\"b\":\"x\"}", "12", "\"s\"")));
    row.put("tags", pick(random, List.of(), List.of("new"), List.of("", "a b", "ü")));
    row.put("totals", pick(random, List.of(), List.of(new BigDecimal("1.500000000"))));
    row.put("author", maybe(random, author(random)));
    row.put("items", pick(random, List.of(), List.of(item(random), item(random))));
    return row;
  }

  private static Map<String, Object> author(Random random) {
    Map<String, Object> author = new LinkedHashMap<>();
    author.put("name", maybe(random, text(random)));
    author.put("since", maybe(random, LocalDate.of(2020, 2, 29)));
    Map<String, Object> badge = new LinkedHashMap<>();
    badge.put("name", "first");
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("name", "inner");
    badge.put("author", maybe(random, inner));
    author.put("badges", pick(random, List.of(), List.of(badge)));
    return author;
  }

  private static Map<String, Object> item(Random random) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("sku", "sku-" + random.nextInt(100));
    item.put("count", maybe(random, (long) random.nextInt(9)));
    return item;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder("A ");
    for (int i = 3 + random.nextInt(20); i > 0; i--) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    return text.toString();
  }

  private static <T> T maybe(Random random, T value) {
    return random.nextInt(6) == 0 ? null : value;
  }

  @SafeVarargs
  private static <T> T pick(Random random, T... values) {
    return values[random.nextInt(values.length)];
  }
}
