package org.vocabeam.models.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Variables that native libraries see: defaults are set, those of the user are kept. */
class NativeEnvironmentTest {
  private static final String UNSET = "VOCABEAM_TEST_UNSET";

  @Test
  void defaultsAreSetAndOthersKept() {
    assertNull(NativeEnvironment.get(UNSET));
    NativeEnvironment.setDefault(UNSET, "first");
    NativeEnvironment.setDefault(UNSET, "second");
    assertEquals("first", NativeEnvironment.get(UNSET));
    NativeEnvironment.setDefault("PATH", "nowhere");
    assertEquals(System.getenv("PATH"), NativeEnvironment.get("PATH"));
  }

  @Test
  void oneDnnIsOnUnlessTheUserSaysOtherwise() {
    TensorFlowNative.load();
    String expected = Optional.ofNullable(System.getenv(TensorFlowNative.ONEDNN)).orElse("1");
    assertEquals(expected, NativeEnvironment.get(TensorFlowNative.ONEDNN));
  }
}
