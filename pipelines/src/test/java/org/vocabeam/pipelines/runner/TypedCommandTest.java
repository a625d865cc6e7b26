package org.vocabeam.pipelines.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TypedCommandTest {
  @Test
  void defaultsAndMissingValuesAreLeftOut() {
    TypedCommand typed =
        TypedCommand.of("embed")
            .with("images", "runs/images")
            .unless(0, "shards", 0)
            .unless(1, "grid", 2)
            .ifGiven("metrics", null)
            .ifGiven("teacher", "runs/a")
            .flag("overwrite", false)
            .flag("grow", true)
            .with(List.of("--runner=DirectRunner"));
    assertEquals(
        List.of(
            "embed",
            "--images=runs/images",
            "--grid=2",
            "--teacher=runs/a",
            "--grow",
            "--runner=DirectRunner"),
        typed.arguments());
    assertEquals(
        "./vocabeam embed --images=runs/images --grid=2 --teacher=runs/a --grow"
            + " --runner=DirectRunner",
        typed.toString());
  }

  @Test
  void valuesAreQuotedForAShell() {
    TypedCommand typed =
        TypedCommand.of("retrain").with("gate", "linear>=-0.5").with("input", "my 'best' photos");
    assertEquals(
        "./vocabeam retrain --gate='linear>=-0.5' --input='my '\\''best'\\'' photos'",
        typed.toString());
    assertEquals("--gate=linear>=-0.5", typed.options().get(0));
  }
}
