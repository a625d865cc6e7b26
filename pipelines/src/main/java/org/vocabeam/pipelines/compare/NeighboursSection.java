package org.vocabeam.pipelines.compare;

import java.util.List;
import org.vocabeam.pipelines.compare.Neighbourhood.Shown;
import org.vocabeam.pipelines.page.PictureUri;

/**
 * The nearest neighbours on the page, as its template reads them.
 *
 * @param seed seed of the networks
 */
record NeighboursSection(long seed, List<Query> queries) {
  /** A test image, and what is near it. */
  record Query(String uri, String alt, String id, String label, List<Kind> kinds) {}

  /** Neighbours by one kind of features, nearest first. */
  record Kind(String title, List<Image> images) {}

  /**
   * A neighbour.
   *
   * @param right has the label of the test image
   */
  record Image(String uri, String alt, String id, String label, boolean right) {
    /** Returns the style class, which is also read out. */
    String verdict() {
      return right ? "right" : "wrong";
    }
  }

  static NeighboursSection of(long seed, List<Neighbourhood> neighbourhoods) {
    return new NeighboursSection(
        seed, neighbourhoods.stream().map(NeighboursSection::query).toList());
  }

  private static Query query(Neighbourhood neighbourhood) {
    Shown query = neighbourhood.query();
    return new Query(
        uri(query),
        alt(query),
        query.id(),
        label(query),
        neighbourhood.nearest().entrySet().stream()
            .map(
                kind ->
                    new Kind(
                        kind.getKey(),
                        kind.getValue().stream().map(image -> image(query, image)).toList()))
            .toList());
  }

  private static Image image(Shown query, Shown image) {
    return new Image(
        uri(image), alt(image), image.id(), label(image), label(query).equals(label(image)));
  }

  private static String uri(Shown image) {
    return PictureUri.of(image.pixels(), PictureUri.SIDE);
  }

  private static String label(Shown image) {
    return image.label() == null ? "no label" : image.label();
  }

  private static String alt(Shown image) {
    return label(image) + ", " + image.id();
  }
}
