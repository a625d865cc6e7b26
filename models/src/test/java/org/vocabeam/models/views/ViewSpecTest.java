package org.vocabeam.models.views;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vocabeam.models.UserError;

class ViewSpecTest {

  @Test
  void aSpecSurvivesJson() throws Exception {
    ObjectMapper json = new ObjectMapper();
    for (ViewSpec spec :
        List.of(ViewSpec.obowTeacher(), ViewSpec.obowCrops160(), ViewSpec.obowPatches96())) {
      assertEquals(spec, json.readValue(json.writeValueAsString(spec), ViewSpec.class));
    }
    assertEquals(
        "{\"name\":\"teacher\",\"size\":224,\"count\":1,"
            + "\"geometry\":{\"type\":\"centreCrop\",\"resize\":256},"
            + "\"orientation\":{\"flipProbability\":0.5,\"quarterTurns\":false},"
            + "\"augmentations\":[]}",
        json.writeValueAsString(ViewSpec.obowTeacher()));
  }

  @Test
  void thePapersPatchGrid() {
    assertEquals(
        new PatchGrid(new RandomResizedCrop(0.6, 1, 0.75, 4.0 / 3), 256, 3, 68, 24),
        ViewSpec.obowPatches96().geometry());
  }

  @Test
  void smallViewsFitTheirImages() {
    ViewSpec patches = ViewSpec.obowPatches(28, 14, 5);
    assertEquals(new PatchGrid(new RandomResizedCrop(0.6, 1), 28, 3, 5, 3), patches.geometry());
    assertEquals(new CentreCrop(28), ViewSpec.obowTeacher(28, 28).geometry());
    assertEquals(
        "crops20",
        ViewSpec.obowCrops(20, 2, new RandomResizedCrop(0.2, 0.8), GaussianBlur.NONE).name());
  }

  @Test
  void valuesOutOfRangeAreRejectedWithTheRange() {
    RandomResizedCrop any = new RandomResizedCrop(0.5, 1);
    assertRejected("area is 0 to 0.5", () -> new RandomResizedCrop(0, 0.5));
    assertRejected("area is 0.6 to 0.3", () -> new RandomResizedCrop(0.6, 0.3));
    assertRejected("area is 0.6 to 1.1", () -> new RandomResizedCrop(0.6, 1.1));
    assertRejected("area is NaN", () -> new RandomResizedCrop(Double.NaN, Double.NaN));
    assertRejected("aspect is 2 to 1", () -> new RandomResizedCrop(0.5, 1, 2, 1));
    assertRejected("resize is 0", () -> new CentreCrop(0));
    assertRejected("hue is 0.6: choose within 0 to 0.5", () -> new ColourJitter(0, 0, 0, 0.6, 1));
    assertRejected("brightness is -1", () -> new ColourJitter(-1, 0, 0, 0, 1));
    assertRejected("jitter probability is 1.5", () -> new ColourJitter(0, 0, 0, 0, 1.5));
    assertRejected("sigma is 2 to 1", () -> new GaussianBlur(2, 1, 0.5));
    assertRejected("threshold is 256", () -> new Solarize(256, 0.5));
    assertRejected("size of view v is 0", () -> spec("v", 0, 1, any));
    assertRejected("count of view v is 0", () -> spec("v", 8, 0, any));
    assertRejected("view name is 'a b'", () -> spec("a b", 8, 1, any));
    assertRejected("resize is 8 but the crop is 9", () -> spec("v", 9, 1, new CentreCrop(8)));
    PatchGrid grid = new PatchGrid(any, 32, 3, 8, 4);
    spec("v", 12, 9, grid);
    assertRejected(
        "the last patch may end at pixel 33 of a base of 32", () -> spec("v", 13, 1, grid));
    assertRejected("10 patches from a grid of 9", () -> spec("v", 12, 10, grid));
  }

  private static ViewSpec spec(String name, int size, int count, Geometry geometry) {
    return new ViewSpec(name, size, count, geometry, Orientation.UPRIGHT, List.of());
  }

  private static void assertRejected(String reason, Executable making) {
    String message = assertThrows(UserError.class, making).getMessage();
    assertTrue(message.contains(reason), message);
  }
}
