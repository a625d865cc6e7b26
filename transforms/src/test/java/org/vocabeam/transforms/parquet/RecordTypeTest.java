package org.vocabeam.transforms.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.SerializableUtils;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class RecordTypeTest {
  enum Kind {
    PLAIN,
    FANCY
  }

  record Part(String name, byte @Nullable [] bytes) {
    @Override
    public boolean equals(@Nullable Object other) {
      return RecordType.areEqual(this, other);
    }

    @Override
    public int hashCode() {
      return RecordType.hash(this);
    }
  }

  /** A component of every kind. */
  private record Everything(
      String text,
      @Nullable String maybeText,
      int number,
      @Nullable Integer maybeNumber,
      long wide,
      float single,
      double exact,
      byte[] bytes,
      float[] floats,
      Kind kind,
      @Nullable Kind maybeKind,
      List<Integer> numbers,
      List<Float> weights,
      List<String> names,
      Part part,
      List<Part> parts) {
    static final RecordType<Everything> TYPE =
        RecordType.of(Everything.class, "things", Everything::text);

    Everything {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("the text is empty");
      }
    }

    static Everything full() {
      return new Everything(
          "t",
          "m",
          -3,
          4,
          1L << 40,
          0.1f,
          Math.PI,
          new byte[] {1, -2},
          new float[] {1, Float.NaN, -0f},
          Kind.FANCY,
          Kind.PLAIN,
          List.of(5, 6),
          List.of(0.5f),
          List.of("a", "b"),
          new Part("p", new byte[] {7}),
          List.of(new Part("q", null), new Part("r", new byte[0])));
    }

    static Everything sparse() {
      return new Everything(
          "t",
          null,
          0,
          null,
          0,
          0,
          0,
          new byte[0],
          new float[0],
          Kind.PLAIN,
          null,
          List.of(),
          List.of(),
          List.of(),
          new Part("p", null),
          List.of());
    }

    Everything withFloats(float... other) {
      return new Everything(
          text,
          maybeText,
          number,
          maybeNumber,
          wide,
          single,
          exact,
          bytes,
          other,
          kind,
          maybeKind,
          numbers,
          weights,
          names,
          part,
          parts);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return RecordType.areEqual(this, other);
    }

    @Override
    public int hashCode() {
      return RecordType.hash(this);
    }
  }

  @Test
  void columnsAreTheComponentsInTheirOrder() {
    assertEquals(
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Everything","namespace":"org.vocabeam","fields":[
                  {"name":"text","type":"string"},
                  {"name":"maybeText","type":["null","string"],"default":null},
                  {"name":"number","type":"int"},
                  {"name":"maybeNumber","type":["null","int"],"default":null},
                  {"name":"wide","type":"long"},
                  {"name":"single","type":"float"},
                  {"name":"exact","type":"double"},
                  {"name":"bytes","type":"bytes"},
                  {"name":"floats","type":{"type":"array","items":"float"}},
                  {"name":"kind","type":"string"},
                  {"name":"maybeKind","type":["null","string"],"default":null},
                  {"name":"numbers","type":{"type":"array","items":"int"}},
                  {"name":"weights","type":{"type":"array","items":"float"}},
                  {"name":"names","type":{"type":"array","items":"string"}},
                  {"name":"part","type":{"type":"record","name":"Part","fields":[
                    {"name":"name","type":"string"},
                    {"name":"bytes","type":["null","bytes"],"default":null}]}},
                  {"name":"parts","type":{"type":"array","items":"Part"}}]}
                """),
        Everything.TYPE.schema());
  }

  @Test
  void valuesOfEveryKindSurviveAvroAndTheCoder() throws Exception {
    for (Everything row : List.of(Everything.full(), Everything.sparse())) {
      GenericRecord record = Everything.TYPE.toAvro(row);
      assertEquals(row, Everything.TYPE.fromAvro(record));
      assertSame(row.bytes(), Everything.TYPE.fromAvro(record).bytes(), "bytes are not copied");
      CoderProperties.coderDecodeEncodeEqual(Everything.TYPE.coder(), row);
    }
    CoderProperties.coderSerializable(Everything.TYPE.coder());
    RecordType<Everything> copy = SerializableUtils.clone(Everything.TYPE);
    assertEquals(Everything.TYPE.schema(), copy.schema());
    assertEquals("t", copy.id(Everything.full()));
  }

  @Test
  void rowsAreEqualWhenTheElementsOfTheirArraysAre() {
    Everything row = Everything.full();
    assertEquals(row, Everything.full());
    assertEquals(row.hashCode(), Everything.full().hashCode());
    assertEquals(row, row.withFloats(1, Float.NaN, -0f));
    assertNotEquals(row, row.withFloats(1, Float.NaN, 0f));
    assertNotEquals(row, row.withFloats(1, Float.NaN));
    assertNotEquals(row, Everything.sparse());
    assertNotEquals(row, null);
    assertNotEquals(new Part("p", null), new Part("p", new byte[0]));
  }

  @Test
  void whatARecordRefusesIsThrownAsItIs() {
    GenericRecord record = Everything.TYPE.toAvro(Everything.full());
    record.put("text", "");
    assertEquals(
        "the text is empty",
        assertThrows(IllegalArgumentException.class, () -> Everything.TYPE.fromAvro(record))
            .getMessage());
  }

  @Test
  void aComponentThatNoColumnHoldsIsRefused() {
    record Odd(Map<String, String> map) {}
    String line =
        assertThrows(
                IllegalArgumentException.class,
                () -> RecordType.projection(Odd.class, "odd").schema())
            .getMessage();
    assertTrue(line.contains("component map of Odd"), line);
    assertTrue(line.contains("java.util.Map"), line);
  }

  @Test
  void aProjectionHasNoId() {
    RecordType<Part> parts = RecordType.projection(Part.class, "parts");
    assertThrows(IllegalStateException.class, () -> parts.id(new Part("p", null)));
  }
}
