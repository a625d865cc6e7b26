package org.vocabeam.models.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The format safetensors: the header's length in 8 bytes, a header in JSON, and the values of all
 * tensors without hole or overlap.
 */
final class Safetensors {
  /** Longest header, in bytes, as in the format's reference implementation. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * An entry of the header.
   *
   * @param begin of its bytes behind the header
   * @param end of its bytes, exclusive
   */
  private record Entry(String name, WeightType type, List<Long> shape, long begin, long end) {}

  private Safetensors() {}

  /** Reads the header, and leaves the values where they are. */
  static WeightFile.Content read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new Refusal("has " + size + " bytes, too few for the header of safetensors");
    }
    long length =
        ByteBuffer.wrap(bytes(channel, 0, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0 || length > Math.min(LONGEST_HEADER, size - Long.BYTES)) {
      throw new Refusal(
          "has a header of %s bytes, must have at most %d; it is cut off, or no safetensors"
              .formatted(
                  Long.toUnsignedString(length), Math.min(LONGEST_HEADER, size - Long.BYTES)));
    }
    List<Entry> entries = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    parse(text(bytes(channel, Long.BYTES, (int) length)), entries, metadata);
    long start = Long.BYTES + length;
    checkOffsets(entries, size - start);
    List<WeightTensor> tensors = new ArrayList<>();
    for (Entry entry : entries) {
      tensors.add(
          new WeightTensor(
              file,
              entry.name(),
              entry.type(),
              entry.shape(),
              new FileStorage(channel, start + entry.begin(), WeightTensor.size(entry.shape())),
              /* offset= */ 0,
              WeightTensor.rowMajor(entry.shape())));
    }
    return new WeightFile.Content("safetensors", tensors, metadata);
  }

  private static byte[] bytes(FileChannel channel, long position, int length) throws IOException {
    InputStream in = new FileStorage.Reader(channel, position);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("it is cut off");
    }
    return bytes;
  }

  private static String text(byte[] header) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new Refusal("has a header that is not UTF-8; it is damaged, or no safetensors", e);
    }
  }

  private static void parse(String header, List<Entry> entries, Map<String, String> metadata) {
    try (JsonParser json = JSON.createParser(header)) {
      expect(json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (name.equals(METADATA)) {
          readMetadata(json, metadata);
        } else {
          entries.add(entry(name, json));
        }
      }
      if (json.nextToken() != null) {
        throw new Refusal("has more than one header");
      }
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new Refusal(
          reason.startsWith("Duplicate field")
              ? "has two tensors of one name: " + Refusal.quoted(reason)
              : "has a header that is not JSON: " + Refusal.quoted(reason),
          e);
    }
  }

  private static void readMetadata(JsonParser json, Map<String, String> into) throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json.nextToken(), JsonToken.VALUE_STRING);
      into.put(key, json.getText());
    }
  }

  private static Entry entry(String name, JsonParser json) throws IOException {
    WeightType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    expect(json.nextToken(), JsonToken.START_OBJECT);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      switch (key) {
        case "dtype" -> {
          expect(json.nextToken(), JsonToken.VALUE_STRING);
          type = WeightType.ofSafetensors(json.getText());
        }
        case "shape" -> shape = numbers(name, json);
        case "data_offsets" -> offsets = numbers(name, json);
        default ->
            throw new Refusal(
                "has a header in which the tensor %s has an entry %s"
                    .formatted(Refusal.quoted(name), Refusal.quoted(key)));
      }
    }
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw new Refusal(
          "has a header in which the tensor %s lacks its type, shape or two offsets"
              .formatted(Refusal.quoted(name)));
    }
    return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> numbers(String name, JsonParser json) throws IOException {
    expect(json.nextToken(), JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw new Refusal(
            "has a tensor %s with %s in its shape or offsets, must be whole numbers from 0 to 2^63"
                .formatted(Refusal.quoted(name), Refusal.quoted(String.valueOf(json.getText()))));
      }
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  private static void expect(JsonToken token, JsonToken expected) {
    if (token != expected) {
      throw new Refusal(
          "has a header of another form than safetensors: %s in the place of %s"
              .formatted(token, expected));
    }
  }

  /** Rejects tensors that do not cover the values' bytes without hole or overlap. */
  private static void checkOffsets(List<Entry> entries, long dataSize) {
    List<Entry> inOrder = new ArrayList<>(entries);
    inOrder.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long end = 0;
    for (Entry entry : inOrder) {
      long size = WeightTensor.size(entry.shape());
      // The first comparison keeps the product from its overflow.
      if (size > dataSize || size * entry.type().bytes() != entry.end() - entry.begin()) {
        throw new Refusal(
            "has a tensor %s of %s %s from byte %d to %d, which does not fit its offsets"
                .formatted(
                    Refusal.quoted(entry.name()),
                    entry.type(),
                    entry.shape(),
                    entry.begin(),
                    entry.end()));
      }
      if (entry.begin() != end) {
        throw new Refusal(
            "has a tensor %s whose offsets begin at %d, must be %d, behind the tensor before"
                .formatted(Refusal.quoted(entry.name()), entry.begin(), end));
      }
      end = entry.end();
    }
    if (end != dataSize) {
      throw new Refusal(
          "has offsets to byte %d, and %d bytes of values; it is cut off or damaged"
              .formatted(end, dataSize));
    }
  }
}
