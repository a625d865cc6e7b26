package org.vocabeam.transforms.training;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.vocabeam.models.Seeds;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.parquet.RowGroup;

/**
 * Order in which a replica sees the images, epoch after epoch. The row groups of an epoch are
 * shuffled and dealt to the replicas; a replica collects row groups to windows that fit in memory,
 * and sees the images of a window in shuffled order. So the place of an image in a replica's stream
 * is arithmetic on row counts: a run starts anywhere without reading what lies before, and needs
 * the memory of one window, however large the data set.
 *
 * @param groups of the images to train on
 * @param windowRows images of a window, at least
 */
public record EpochPlan(List<Group> groups, long seed, int replicas, long windowRows) {
  /**
   * A row group.
   *
   * @param name says which, wherever the store lies; part of the seed
   * @param before rows that are trained on in the row groups before it in its file
   * @param selected rows that are trained on
   */
  public record Group(RowGroup rows, String name, long before, long selected)
      implements Serializable {}

  /**
   * Images that are in memory together.
   *
   * @param epoch from 0
   * @param skip images at its start that belong to earlier steps
   * @param take images of it that are wanted
   */
  public record Window(long epoch, List<Group> groups, long skip, long take)
      implements Serializable {}

  public EpochPlan {
    groups = groups.stream().filter(g -> g.selected() > 0).toList();
    if (groups.isEmpty()) {
      throw new UserError("there is no image to train on; check the images and their split");
    }
    if (replicas < 1 || replicas > groups.size()) {
      throw new UserError(
          String.format(
              "replicas is %d, must be 1 to %d, the number of row groups of the images; ingest"
                  + " with smaller row groups for more",
              replicas, groups.size()));
    }
    if (windowRows < 1) {
      throw new UserError("shuffle window is " + windowRows + " images, must be at least 1");
    }
  }

  /**
   * Returns the images that a replica reads for {@code count} images of its stream from {@code
   * position} on.
   *
   * @return windows in the order of the stream
   */
  public List<Window> windows(int replica, long position, long count) {
    List<Window> wanted = new ArrayList<>();
    long at = 0; // stream position of the window
    for (long epoch = 0; at < position + count; epoch++) {
      for (List<Group> window : epoch(epoch, replica)) {
        long rows = window.stream().mapToLong(Group::selected).sum();
        long from = Math.max(position, at);
        long to = Math.min(position + count, at + rows);
        if (from < to) {
          wanted.add(new Window(epoch, List.copyOf(window), from - at, to - from));
        }
        at += rows;
      }
    }
    return wanted;
  }

  private List<List<Group>> epoch(long epoch, int replica) {
    List<Group> shuffled =
        groups.stream()
            .sorted(
                Comparator.<Group>comparingLong(g -> Seeds.of(seed, "epoch", epoch, g.name()))
                    .thenComparing(Group::name))
            .toList();
    List<List<Group>> windows = new ArrayList<>();
    List<Group> window = new ArrayList<>();
    long rows = 0;
    for (int i = replica; i < shuffled.size(); i += replicas) {
      window.add(shuffled.get(i));
      rows += shuffled.get(i).selected();
      if (rows >= windowRows) {
        windows.add(window);
        window = new ArrayList<>();
        rows = 0;
      }
    }
    if (!window.isEmpty()) {
      windows.add(window);
    }
    return windows;
  }
}
