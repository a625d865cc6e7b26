package org.vocabeam.transforms.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;
import org.vocabeam.transforms.views.ViewsRecord.View;

class ViewsRecordTest {
  private static final View GREY = new View("teacher", 0, 2, 1, new byte[] {1, -1, 3, 4});
  private static final View COLOUR = new View("crops1", 1, 1, 3, new byte[] {1, 2, 3});

  @Test
  void isTheSameAfterAvroAndCoder() throws Exception {
    for (String label : new String[] {"cat", null}) {
      ViewsRecord views = new ViewsRecord("a", 3, label, "train", List.of(COLOUR, GREY));
      assertEquals(views, ViewsRecord.TYPE.fromAvro(ViewsRecord.TYPE.toAvro(views)));
      CoderProperties.coderDecodeEncodeEqual(ViewsRecord.TYPE.coder(), views);
    }
  }

  @Test
  void otherPixelsAreAnotherView() {
    assertNotEquals(GREY, new View("teacher", 0, 2, 1, new byte[] {1, -1, 3, 5}));
  }

  @Test
  void epochsSortByName() {
    assertEquals("runs/views/epoch-000012", ViewsRecord.directory("runs/views", 12));
  }

  @Test
  void invalidViewsAreRejected() {
    refused("has 3 bytes", () -> new View("v", 0, 2, 1, new byte[3]));
    refused("with 2 channels", () -> new View("v", 0, 1, 2, new byte[2]));
    refused("crop -1", () -> new View("v", -1, 1, 1, new byte[1]));
    refused("epoch is -1", () -> new ViewsRecord("a", -1, null, "all", List.of()));
  }

  private static void refused(String because, Runnable make) {
    String message = assertThrows(IllegalArgumentException.class, make::run).getMessage();
    assertEquals(true, message.contains(because), message);
  }
}
