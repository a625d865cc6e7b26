package org.vocabeam.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reader of the part of Python's pickle format that holds data. A pickle is a program for a stack
 * machine; here its only instructions are those that make numbers, texts, lists, tuples,
 * dictionaries and the {@link TorchClasses permitted} classes. It knows no other classes, calls
 * nothing of Java by name, and does not recurse.
 *
 * <p>Values: {@code Long} or {@code BigInteger}, {@code Double}, {@code Boolean}, {@code String},
 * {@code List} for lists, tuples and sets, {@code Map} from {@code String} for dictionaries, whose
 * entries with other keys are left out, and {@link #NONE}.
 */
final class Unpickler {
  /** Python's None. */
  static final Object NONE =
      new Object() {
        @Override
        public String toString() {
          return "None";
        }
      };

  private static final int HIGHEST_PROTOCOL = 5;

  /** Bytes of a pickle, without the values of tensors. A checkpoint of ViT-g has less than 1 MB. */
  private static final long LONGEST = 64L << 20;

  /** Values of a pickle, those of lists and dictionaries too. */
  private static final int MOST_VALUES = 4_000_000;

  private static final int LONGEST_INTEGER = 64;

  /** A class or function of a name, before it is used. */
  record Named(String name) {}

  /** Function from a persistent id to what it stands for. */
  @FunctionalInterface
  interface Persistent {
    Object load(Object id);
  }

  private final InputStream in;
  private final Persistent persistent;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final Deque<Integer> marks = new ArrayDeque<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private long position;
  private long remaining;
  private int values;

  /**
   * Makes a reader of one pickle.
   *
   * @param in at its start; nothing behind its end is read from it
   * @param available bytes that there can be
   */
  Unpickler(InputStream in, long available, Persistent persistent) {
    this.in = in;
    this.remaining = Math.min(available, LONGEST);
    this.persistent = persistent;
  }

  /** Returns the bytes that {@link #load} has read. */
  long position() {
    return position;
  }

  /** Returns the value of the pickle. */
  Object load() throws IOException {
    while (true) {
      int code = read();
      if (code == '.') {
        Object value = pop();
        if (!marks.isEmpty()) {
          throw damaged();
        }
        return value;
      }
      step(code);
    }
  }

  private void step(int code) throws IOException {
    switch (code) {
      case 0x80 -> protocol(read());
      case 0x95 -> skipFrame();
      case '(' -> mark();
      case '0' -> discard();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) little(4).getInt());
      case 'K' -> push((long) read());
      case 'M' -> push((long) little(2).getShort() & 0xffff);
      case 0x8a -> push(integer(read()));
      case 0x8b -> push(integer(little(4).getInt()));
      case 'G' -> push(ByteBuffer.wrap(bytes(8)).getDouble());
      case 'X' -> push(text(little(4).getInt() & 0xffffffffL));
      case 0x8c -> push(text(read()));
      case 0x8d -> push(text(little(8).getLong()));
      // Texts of Python 2, bytes of Python 3.
      case 'T' -> push(latin1(little(4).getInt()));
      case 'U', 'C' -> push(latin1(read()));
      case 'B' -> push(latin1(little(4).getInt() & 0xffffffffL));
      case 0x8e, 0x96 -> push(latin1(little(8).getLong()));
      case ']', 0x8f -> push(new ArrayList<>());
      case ')' -> push(List.of());
      case '}' -> push(new LinkedHashMap<String, Object>());
      case 't', 0x91 -> push(Collections.unmodifiableList(popMark()));
      case 'l' -> push(popMark());
      case 'd' -> {
        List<Object> entries = popMark();
        push(new LinkedHashMap<String, Object>());
        put(entries);
      }
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 'a' -> append(List.of(pop()));
      case 'e', 0x90 -> append(popMark());
      case 's' -> {
        Object value = pop();
        put(List.of(pop(), value));
      }
      case 'u' -> put(popMark());
      case 'q' -> memo.put((long) read(), top());
      case 'r' -> memo.put(little(4).getInt() & 0xffffffffL, top());
      case 0x94 -> memo.put((long) memo.size(), top());
      case 'h' -> push(remembered(read()));
      case 'j' -> push(remembered(little(4).getInt() & 0xffffffffL));
      case 'c' -> push(named(line(), line()));
      case 0x93 -> {
        Object name = pop();
        push(named(asText(pop()), asText(name)));
      }
      case 'Q' -> push(persistent.load(pop()));
      case 'R', 0x81 -> {
        List<?> arguments = asList(pop());
        push(TorchClasses.make(asNamed(pop()), arguments));
      }
      case 'b' -> {
        Object state = pop();
        TorchClasses.setState(top(), state);
      }
      default ->
          throw new Refusal(
              "has a pickle with the instruction 0x%02x at byte %d, which is none of data's"
                  .formatted(code, position - 1));
    }
  }

  private static void protocol(int version) {
    if (version > HIGHEST_PROTOCOL) {
      throw new Refusal(
          "has a pickle of protocol %d, must be at most %d".formatted(version, HIGHEST_PROTOCOL));
    }
  }

  private void skipFrame() throws IOException {
    bytes(8); // the length of a part, in which nothing is different
  }

  private static Named named(String module, String name) {
    return TorchClasses.permitted(module + "." + name);
  }

  private Object remembered(long place) {
    Object value = memo.get(place);
    if (value == null) {
      throw damaged();
    }
    return value;
  }

  private void tuple(int count) {
    List<Object> tuple = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tuple.add(pop());
    }
    Collections.reverse(tuple);
    push(Collections.unmodifiableList(tuple));
  }

  private void append(List<?> added) {
    if (!(top() instanceof ArrayList<?> list)) {
      throw damaged();
    }
    @SuppressWarnings("unchecked") // every list of this class has elements of any kind
    ArrayList<Object> elements = (ArrayList<Object>) list;
    elements.addAll(added);
  }

  private void put(List<?> entries) {
    if (entries.size() % 2 != 0) {
      throw damaged();
    }
    Map<String, Object> map = asMap(top());
    for (int i = 0; i < entries.size(); i += 2) {
      if (entries.get(i) instanceof String key) {
        map.put(key, entries.get(i + 1));
      }
    }
  }

  private Map<String, Object> asMap(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw damaged();
    }
    @SuppressWarnings("unchecked") // every map of this class has such keys
    Map<String, Object> entries = (Map<String, Object>) map;
    return entries;
  }

  private List<?> asList(Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw damaged();
  }

  private String asText(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw damaged();
  }

  private Named asNamed(Object value) {
    if (value instanceof Named named) {
      return named;
    }
    throw damaged();
  }

  private void push(Object value) {
    if (++values > MOST_VALUES) {
      throw new Refusal(
          "has a pickle of more than %d values; save the state_dict alone".formatted(MOST_VALUES));
    }
    stack.add(value);
  }

  private void mark() {
    if (++values > MOST_VALUES) {
      throw damaged();
    }
    marks.push(stack.size());
  }

  private int bottom() {
    return marks.isEmpty() ? 0 : marks.peek();
  }

  private Object top() {
    if (stack.size() <= bottom()) {
      throw damaged();
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private void discard() {
    if (!marks.isEmpty() && marks.peek() == stack.size()) {
      marks.pop();
    } else {
      pop();
    }
  }

  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw damaged();
    }
    List<Object> above = stack.subList(marks.pop(), stack.size());
    List<Object> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }

  private Refusal damaged() {
    return new Refusal("has a damaged pickle, at byte " + position);
  }

  private Refusal cutOff() {
    return new Refusal(
        "has a pickle that is cut off at byte %d, or longer than %d MB"
            .formatted(position, LONGEST >> 20));
  }

  private int read() throws IOException {
    int next = remaining > 0 ? in.read() : -1;
    if (next < 0) {
      throw cutOff();
    }
    position++;
    remaining--;
    return next;
  }

  private byte[] bytes(long count) throws IOException {
    byte[] bytes = count < 0 || count > remaining ? null : in.readNBytes((int) count);
    if (bytes == null || bytes.length < count) {
      throw cutOff();
    }
    position += count;
    remaining -= count;
    return bytes;
  }

  private ByteBuffer little(int count) throws IOException {
    return ByteBuffer.wrap(bytes(count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String text(long count) throws IOException {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  private String latin1(long count) throws IOException {
    return new String(bytes(count), StandardCharsets.ISO_8859_1);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = read(); next != '\n'; next = read()) {
      line.append((char) next);
    }
    return line.toString();
  }

  private Object integer(int length) throws IOException {
    if (length < 0 || length > LONGEST_INTEGER) {
      throw new Refusal(
          "has a pickle with a number of %d bytes, must have at most %d"
              .formatted(length, LONGEST_INTEGER));
    }
    byte[] bytes = bytes(length);
    for (int i = 0; i < length / 2; i++) {
      byte low = bytes[i];
      bytes[i] = bytes[length - 1 - i];
      bytes[length - 1 - i] = low;
    }
    BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }
}
