package org.vocabeam.pipelines.inspect;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.vocabeam.models.UserError;
import org.vocabeam.transforms.files.StoreFiles;
import org.vocabeam.transforms.image.Pixels;
import org.vocabeam.transforms.store.StoreContents;

/** Pictures side by side with their captions, as a PNG. */
public final class ContactSheet {
  /** Side of the square that every picture fits into. */
  private static final int BOX = 144;

  private static final int GAP = 14;
  private static final int MARGIN = 20;
  private static final int LINE = 15;
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  private static final Font FIRST = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font OTHER = new Font(Font.SANS_SERIF, Font.PLAIN, 10);
  private static final Color EDGE = new Color(0xD0D0D0);
  private static final Color GREY = new Color(0x707070);

  private ContactSheet() {}

  /**
   * Draws rows of pictures. Rows of one picture flow in a grid; otherwise every row is a line.
   *
   * @param rows at least one
   */
  public static BufferedImage draw(String title, List<List<Picture>> rows) {
    List<List<Picture>> lines = lines(rows);
    int columns = lines.stream().mapToInt(List::size).max().orElseThrow();
    int height = 2 * MARGIN + TITLE.getSize() + GAP;
    for (List<Picture> line : lines) {
      height += lineHeight(line) + GAP;
    }
    int width = Math.max(3, columns) * (BOX + GAP) - GAP + 2 * MARGIN;
    BufferedImage sheet = new BufferedImage(width, height - GAP, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    int y = MARGIN + TITLE.getSize();
    text(
        graphics,
        TITLE,
        Color.BLACK,
        fitting(title, graphics, TITLE, width - 2 * MARGIN),
        MARGIN,
        y);
    y += GAP;
    for (List<Picture> line : lines) {
      int bottom = y + pictureHeight(line);
      int x = MARGIN;
      for (Picture picture : line) {
        draw(graphics, picture, x, bottom);
        x += BOX + GAP;
      }
      y += lineHeight(line) + GAP;
    }
    graphics.dispose();
    return sheet;
  }

  /**
   * Draws selected rows of a store into a PNG file, and returns their number.
   *
   * @throws UserError if there is no row to draw
   */
  public static <T> int draw(
      StoreContents store, Pictures<T> pictures, RowSelection selection, String file) {
    List<List<Picture>> drawn = new ArrayList<>();
    for (T row : selection.read(pictures.type(), store.rowGroups())) {
      drawn.add(pictures.of(row));
    }
    if (drawn.isEmpty()) {
      throw new UserError(store.path() + " has no rows, so there is nothing to draw");
    }
    String title =
        String.format("%s: %d of %d", store.path(), drawn.size(), store.manifest().rows());
    write(draw(title, drawn), file);
    return drawn.size();
  }

  /** Writes a sheet whole, or not at all. */
  public static void write(BufferedImage sheet, String file) {
    try {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(sheet, "png", png);
      StoreFiles.write(file, png.toByteArray());
    } catch (IOException e) {
      throw new UserError("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<List<Picture>> lines(List<List<Picture>> rows) {
    if (rows.stream().anyMatch(row -> row.size() > 1)) {
      return rows;
    }
    List<Picture> all = rows.stream().map(row -> row.get(0)).toList();
    int columns = (int) Math.ceil(Math.sqrt(all.size()));
    List<List<Picture>> lines = new ArrayList<>();
    for (int from = 0; from < all.size(); from += columns) {
      lines.add(all.subList(from, Math.min(all.size(), from + columns)));
    }
    return lines;
  }

  private static int lineHeight(List<Picture> line) {
    int caption = line.stream().mapToInt(p -> p.caption().size()).max().orElse(0);
    return pictureHeight(line) + caption * LINE + 3;
  }

  private static int pictureHeight(List<Picture> line) {
    return line.stream().mapToInt(p -> scaled(p.pixels())[1]).max().orElse(0);
  }

  /** Width and height on the sheet: a whole multiple of a small picture, a part of a large one. */
  private static int[] scaled(Pixels pixels) {
    int longer = Math.max(pixels.width(), pixels.height());
    if (longer <= BOX) {
      int factor = BOX / longer;
      return new int[] {pixels.width() * factor, pixels.height() * factor};
    }
    return new int[] {
      Math.max(1, Math.round((float) pixels.width() * BOX / longer)),
      Math.max(1, Math.round((float) pixels.height() * BOX / longer))
    };
  }

  private static void draw(Graphics2D graphics, Picture picture, int x, int bottom) {
    int[] size = scaled(picture.pixels());
    int left = x + (BOX - size[0]) / 2;
    int top = bottom - size[1];
    boolean shrunk = size[0] < picture.pixels().width() || size[1] < picture.pixels().height();
    Image image = image(picture.pixels());
    if (shrunk) {
      image = image.getScaledInstance(size[0], size[1], Image.SCALE_AREA_AVERAGING);
    }
    graphics.drawImage(image, left, top, size[0], size[1], null);
    graphics.setColor(EDGE);
    graphics.drawRect(left - 1, top - 1, size[0] + 1, size[1] + 1);
    int y = bottom;
    for (int i = 0; i < picture.caption().size(); i++) {
      y += LINE;
      boolean first = i == 0 && picture.caption().size() > 1;
      Font font = first ? FIRST : OTHER;
      String line = fitting(picture.caption().get(i), graphics, font, BOX);
      int indent = (BOX - graphics.getFontMetrics(font).stringWidth(line)) / 2;
      text(graphics, font, first ? Color.BLACK : GREY, line, x + indent, y);
    }
  }

  private static void text(
      Graphics2D graphics, Font font, Color colour, String text, int x, int y) {
    graphics.setFont(font);
    graphics.setColor(colour);
    graphics.drawString(text, x, y);
  }

  /** As much of a text as fits: its start, and more of its end, where ids differ. */
  private static String fitting(String text, Graphics2D graphics, Font font, int width) {
    FontMetrics metrics = graphics.getFontMetrics(font);
    String fitting = text;
    for (int kept = text.length() - 1; metrics.stringWidth(fitting) > width && kept > 0; kept--) {
      int head = kept / 3;
      fitting = text.substring(0, head) + "…" + text.substring(text.length() - (kept - head));
    }
    return fitting;
  }

  private static BufferedImage image(Pixels pixels) {
    Pixels rgb = pixels.toChannels(3);
    int[] colours = new int[rgb.width() * rgb.height()];
    byte[] values = rgb.values();
    for (int i = 0; i < colours.length; i++) {
      colours[i] =
          ((values[3 * i] & 0xFF) << 16)
              | ((values[3 * i + 1] & 0xFF) << 8)
              | (values[3 * i + 2] & 0xFF);
    }
    BufferedImage image = new BufferedImage(rgb.width(), rgb.height(), BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, rgb.width(), rgb.height(), colours, 0, rgb.width());
    return image;
  }
}
