package org.vocabeam.transforms.training;

import java.io.IOException;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.vocabeam.models.UserError;
import org.vocabeam.models.training.Method.TargetSource;
import org.vocabeam.models.training.Recipe;
import org.vocabeam.transforms.features.EmbeddingRecord;
import org.vocabeam.transforms.features.MapRecord;
import org.vocabeam.transforms.parquet.ParquetFooter;
import org.vocabeam.transforms.parquet.RecordType;
import org.vocabeam.transforms.parquet.RowGroup;
import org.vocabeam.transforms.store.AlignedRows;
import org.vocabeam.transforms.targets.TargetRecord;
import org.vocabeam.transforms.training.EpochPlan.Group;

/**
 * Targets of the images of a row group, in the order of the images. Words have a row for every
 * image that is trained on, a teacher's features for every image of the store.
 */
final class TargetRows<T> implements AutoCloseable {
  private final AlignedRows<T> rows;
  private final Function<T, Target> target;
  private final boolean ofEveryImage;

  /** Target of an image. */
  @FunctionalInterface
  interface Target {
    /**
     * Writes the target as a row of a matrix of zeros.
     *
     * @param rows {@code [B, K]}, row-major
     * @param row number of the row, from 0
     * @param width K
     */
    void fill(float[] rows, int row, int width);
  }

  private TargetRows(AlignedRows<T> rows, Function<T, Target> target, boolean ofEveryImage) {
    this.rows = rows;
    this.target = target;
    this.ofEveryImage = ofEveryImage;
  }

  /** Opens the targets of a row group; null for a method that makes its own. */
  static @Nullable TargetRows<?> open(Assignment assignment, Group group) throws IOException {
    Recipe recipe = assignment.recipe();
    String directory = assignment.targets();
    if (directory == null) {
      return null;
    }
    TargetSource source = recipe.method().targetSource();
    return switch (source) {
      case TEACHER_FEATURES ->
          ofEveryImage(
              EmbeddingRecord.TYPE, directory, group, row -> copy(row.id(), row.embedding()));
      case TEACHER_MAPS ->
          ofEveryImage(MapRecord.TYPE, directory, group, row -> copy(row.id(), row.patches()));
      case NONE, LABELS, TEACHER_WORDS ->
          new TargetRows<>(
              AlignedRows.of(TargetRecord.TYPE, directory, group.rows(), group.before()),
              row -> words(row, recipe),
              /* ofEveryImage= */ false);
    };
  }

  private static <T> TargetRows<T> ofEveryImage(
      RecordType<T> type, String directory, Group group, Function<T, Target> target)
      throws IOException {
    RowGroup images = group.rows();
    long before = ParquetFooter.read(images.file(), 0).rowGroups().get(images.index()).firstRow();
    return new TargetRows<>(
        AlignedRows.of(type, directory, images, before), target, /* ofEveryImage= */ true);
  }

  private static Target words(TargetRecord row, Recipe recipe) {
    if (row.words().isEmpty() && recipe.method().classes().isEmpty()) {
      throw new UserError(
          String.format(
              "the target of '%s' is empty, must have a word for %s; assign the targets again",
              row.id(), recipe.method().name()));
    }
    return row::fill;
  }

  private static Target copy(String id, float[] features) {
    return (rows, row, width) -> {
      if (features.length != width) {
        throw new UserError(
            String.format(
                "the teacher has %d features of '%s', must have %d; make its store again",
                features.length, id, width));
      }
      System.arraycopy(features, 0, rows, row * width, width);
    };
  }

  /**
   * Returns the target of the next image.
   *
   * @param trained true if it is trained on
   * @return null for an image that is not trained on
   */
  @Nullable Target next(String id, boolean trained) throws IOException {
    if (!trained) {
      if (ofEveryImage) {
        rows.next(id);
      }
      return null;
    }
    return target.apply(rows.next(id));
  }

  @Override
  public void close() {
    rows.close();
  }
}
