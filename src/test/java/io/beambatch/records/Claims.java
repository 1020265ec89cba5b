package io.beambatch.records;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DecimalType;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/** Parquet files of a few hundred bytes, put together by hand, each with one absurd claim. */
final class Claims {
  private static final int MUCH = Integer.MAX_VALUE;
  private static final byte[] MAGIC = "PAR1".getBytes(US_ASCII);

  private Claims() {}

  /** All files, by what they claim. */
  static Map<String, byte[]> all() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (CompressionCodec codec :
        List.of(
            CompressionCodec.UNCOMPRESSED,
            CompressionCodec.SNAPPY,
            CompressionCodec.GZIP,
            CompressionCodec.ZSTD,
            CompressionCodec.BROTLI,
            CompressionCodec.LZ4,
            CompressionCodec.LZ4_RAW)) {
      for (int size : new int[] {1 << 30, 200 << 20, MUCH, -1}) {
        OneColumn file = new OneColumn();
        file.codec = codec;
        file.page = new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 4, 0, 1, 2};
        file.header = header -> header.setUncompressed_page_size(size);
        files.put(codec + " page of " + size + " bytes", file.bytes());
      }
    }
    for (Encoding encoding :
        List.of(
            Encoding.PLAIN,
            Encoding.RLE,
            Encoding.DELTA_BINARY_PACKED,
            Encoding.DELTA_LENGTH_BYTE_ARRAY,
            Encoding.DELTA_BYTE_ARRAY,
            Encoding.BYTE_STREAM_SPLIT,
            Encoding.PLAIN_DICTIONARY,
            Encoding.RLE_DICTIONARY)) {
      for (Type type :
          List.of(
              Type.BOOLEAN, Type.INT32, Type.INT64, Type.BYTE_ARRAY, Type.FIXED_LEN_BYTE_ARRAY)) {
        OneColumn file = new OneColumn();
        file.column.setType(type).setType_length(16);
        file.type = type;
        file.encoding = encoding;
        // As lengths, as counts of values, and as bit widths these are the most there can be.
        file.page = new byte[] {-1, -1, -1, -1, 7, -1, -1, -1, -1, 7, -1, -1, -1, -1, 7};
        files.put(encoding + " of " + type, file.bytes());
        OneColumn values = file;
        values.header = header -> header.getData_page_header().setNum_values(MUCH);
        files.put(encoding + " of " + type + " with many values", values.bytes());
      }
    }
    for (int values : new int[] {MUCH, 60_000_000, -1}) {
      OneColumn file = new OneColumn();
      file.encoding = Encoding.RLE_DICTIONARY;
      file.dictionary = new byte[] {1, 0, 0, 0};
      file.dictionaryValues = values;
      file.page = new byte[] {31, 2, 0};
      files.put("dictionary of " + values + " values", file.bytes());
    }
    OneColumn deltas = new OneColumn();
    deltas.encoding = Encoding.DELTA_BINARY_PACKED;
    deltas.page = new byte[] {-128, 1, 4, -1, -1, -1, -1, 7, 0};
    files.put("deltas of many values", deltas.bytes());
    OneColumn blocks = new OneColumn();
    blocks.encoding = Encoding.DELTA_BINARY_PACKED;
    blocks.page = new byte[] {-128, -1, -1, -1, 7, 1, 1, 0};
    files.put("deltas in a large block", blocks.bytes());

    for (long rows : new long[] {Long.MAX_VALUE, MUCH, -1}) {
      OneColumn file = new OneColumn();
      file.group = group -> group.setNum_rows(rows);
      files.put("row group of " + rows + " rows", file.bytes());
    }
    for (long size : new long[] {Long.MAX_VALUE, MUCH, -1}) {
      OneColumn file = new OneColumn();
      file.meta = meta -> meta.setTotal_compressed_size(size);
      files.put("column of " + size + " bytes", file.bytes());
      OneColumn place = new OneColumn();
      place.meta = meta -> meta.setData_page_offset(size);
      files.put("column at " + size, place.bytes());
    }
    for (int length : new int[] {MUCH, 0, -1}) {
      OneColumn file = new OneColumn();
      file.type = Type.FIXED_LEN_BYTE_ARRAY;
      file.column.setType(file.type).setType_length(length);
      files.put("fixed length of " + length, file.bytes());
    }
    for (int scale : new int[] {MUCH - 1, -1, 1_000_000}) {
      OneColumn file = new OneColumn();
      file.type = Type.BYTE_ARRAY;
      file.page = new byte[] {1, 0, 0, 0, 1};
      file.column
          .setType(file.type)
          .setLogicalType(LogicalType.DECIMAL(new DecimalType(scale, MUCH)));
      files.put("decimal of scale " + scale, file.bytes());
    }
    for (int children : new int[] {MUCH, -1}) {
      OneColumn file = new OneColumn();
      file.root.setNum_children(children);
      files.put("schema of " + children + " columns", file.bytes());
    }
    OneColumn deep = new OneColumn();
    for (int i = 0; i < 50_000; i++) {
      deep.groups.add(group("g" + i));
    }
    files.put("schema 50,000 deep", deep.bytes());
    footers(files);
    return files;
  }

  private static void footers(Map<String, byte[]> files) throws IOException {
    // Thrift's compact form: field 2 (schema), 3 (rows), 4 (row groups), 5 (notes), 6 (maker).
    byte[] most = {-1, -1, -1, -1, 7};
    files.put("footer with a long schema", footer(bytes(0x15, 2, 0x19, 0xFC, most)));
    files.put("footer with many row groups", footer(bytes(0x15, 2, 0x39, 0xFC, most)));
    files.put("footer with many notes", footer(bytes(0x15, 2, 0x49, 0xFC, most)));
    byte[] some = bytes(0x80, 0xE1, 0xEB, 0x17); // 50,000,000: no more than the limit of a message
    files.put("footer with a large schema", footer(bytes(0x15, 2, 0x19, 0xFC, some)));
    files.put("footer with row groups", footer(bytes(0x15, 2, 0x39, 0xFC, some)));
    files.put("footer with a long name", footer(bytes(0x15, 2, 0x58, most)));
    files.put("footer with an unknown list", footer(bytes(0x15, 2, 0xE9, 0xF5, most)));
    files.put("footer with an unknown map", footer(bytes(0x15, 2, 0xEB, most, 0x88)));
    byte[] nested = new byte[200_000];
    Arrays.fill(nested, (byte) 0xEC);
    files.put("footer with nested structures", footer(bytes(0x15, 2, nested)));
    for (int length : new int[] {MUCH, -1, 0}) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(MAGIC);
      file.write(little(length));
      file.write(MAGIC);
      files.put("footer of " + length + " bytes", file.toByteArray());
    }
  }

  private static byte[] bytes(Object... parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof byte[] several) {
        bytes.write(several);
      } else {
        bytes.write((Integer) part);
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] footer(byte[] footer) throws IOException {
    return bytes(MAGIC, footer, little(footer.length), MAGIC);
  }

  private static byte[] little(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }

  private static SchemaElement group(String name) {
    return new SchemaElement(name)
        .setNum_children(1)
        .setRepetition_type(FieldRepetitionType.REQUIRED);
  }

  /** A file of one required column and one row, unless something is changed. */
  private static final class OneColumn {
    private final SchemaElement root = new SchemaElement("root").setNum_children(1);
    private final List<SchemaElement> groups = new ArrayList<>();
    private final SchemaElement column =
        new SchemaElement("a").setRepetition_type(FieldRepetitionType.REQUIRED).setType(Type.INT32);
    private Type type = Type.INT32;
    private Encoding encoding = Encoding.PLAIN;
    private CompressionCodec codec = CompressionCodec.UNCOMPRESSED;
    private byte[] page = {1, 0, 0, 0};
    private byte[] dictionary = {};
    private int dictionaryValues;
    private Consumer<PageHeader> header = header -> {};
    private Consumer<ColumnMetaData> meta = meta -> {};
    private Consumer<RowGroup> group = group -> {};

    byte[] bytes() throws IOException {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(MAGIC);
      if (dictionary.length > 0) {
        PageHeader first =
            new PageHeader(PageType.DICTIONARY_PAGE, dictionary.length, dictionary.length);
        first.setDictionary_page_header(new DictionaryPageHeader(dictionaryValues, Encoding.PLAIN));
        Util.writePageHeader(first, file);
        file.write(dictionary);
      }
      int data = file.size();
      PageHeader head = new PageHeader(PageType.DATA_PAGE, page.length, page.length);
      head.setData_page_header(new DataPageHeader(1, encoding, Encoding.RLE, Encoding.RLE));
      header.accept(head);
      Util.writePageHeader(head, file);
      file.write(page);
      List<String> path = new ArrayList<>();
      groups.forEach(each -> path.add(each.getName()));
      path.add("a");
      ColumnMetaData columnMeta =
          new ColumnMetaData(
              type,
              List.of(encoding),
              path,
              codec,
              1,
              file.size() - MAGIC.length,
              file.size() - MAGIC.length,
              data);
      if (dictionary.length > 0) {
        columnMeta.setDictionary_page_offset(MAGIC.length);
      }
      meta.accept(columnMeta);
      ColumnChunk chunk = new ColumnChunk(0);
      chunk.setMeta_data(columnMeta);
      RowGroup rows = new RowGroup(List.of(chunk), file.size() - MAGIC.length, 1);
      group.accept(rows);
      List<SchemaElement> schema = new ArrayList<>();
      schema.add(root);
      schema.addAll(groups);
      schema.add(column);
      FileMetaData footer = new FileMetaData(1, schema, 1, List.of(rows));
      int start = file.size();
      Util.writeFileMetaData(footer, file);
      file.write(little(file.size() - start));
      file.write(MAGIC);
      return file.toByteArray();
    }
  }
}
