package org.vocabeam.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Images a second of the commands {@code ingest} and {@code embed}. Each runs three times: on few
 * images to warm up the JVM, on few images for its start-up, and on all.
 */
public final class StoreBench {
  private static final int GREY_SIDE = 28;
  private static final int RGB_SIDE = 32;

  private final Workshop workshop;
  private final Path directory;

  public StoreBench(Workshop workshop) {
    this.workshop = workshop;
    this.directory = workshop.directory();
  }

  private interface Command {
    /** Runs on a data set of so many images, for the {@code time}-th time; returns seconds. */
    double run(int images, String time);
  }

  public List<Measurement> ingest() {
    Path idx = directory.resolve("ingest-idx");
    Path png = directory.resolve("ingest-png");
    for (int count : new int[] {Workshop.FEW, workshop.images()}) {
      SyntheticImages.idx(idx.resolve(count + ""), count, GREY_SIDE);
      SyntheticImages.pngs(png.resolve(count + ""), count, RGB_SIDE);
    }
    List<Measurement> measured = new ArrayList<>();
    measured.addAll(
        measure(
            "ingest",
            String.format("IDX, %d x %d x 1", GREY_SIDE, GREY_SIDE),
            (images, time) -> ingest(idx, images, time)));
    measured.addAll(
        measure(
            "ingest",
            String.format("folder of PNG, %d x %d x 3", RGB_SIDE, RGB_SIDE),
            (images, time) -> ingest(png, images, time)));
    return measured;
  }

  private double ingest(Path inputs, int images, String time) {
    return workshop.seconds(
        "ingest",
        "--input=" + inputs.resolve(images + ""),
        "--output=" + inputs.resolve("stores-" + time));
  }

  public List<Measurement> embed() {
    Path few = workshop.store(Workshop.FEW, GREY_SIDE);
    Path all = workshop.store(workshop.images(), GREY_SIDE);
    Path run = directory.resolve("embed-run");
    workshop.seconds(
        "pretrain", "--images=" + few, "--output=" + run, "--rounds=1", "--stepsPerRound=2");
    return measure(
        "embed",
        Workload.SMALL_28.name(),
        (images, time) ->
            workshop.seconds(
                "embed",
                "--images=" + (images == Workshop.FEW ? few : all),
                "--checkpoint=" + run,
                "--output=" + directory.resolve("embeddings-" + time)));
  }

  private List<Measurement> measure(String part, String of, Command command) {
    command.run(Workshop.FEW, "warm-up");
    double startUp = command.run(Workshop.FEW, "few");
    double whole = command.run(workshop.images(), "all");
    String quantity = String.format("whole command on %d images", workshop.images());
    return List.of(
        new Measurement(part, of, quantity, workshop.images() / whole, "images/s"),
        new Measurement(part, of, "of it start-up", startUp, "s"));
  }
}
