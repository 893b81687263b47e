/** A category of gift ware. The data sets name none, so these are synthetic: words in a product's name decide. */
export interface CategoryRule {
  readonly slug: string;
  readonly name: string;
  /** Whole words, upper case. */
  readonly words: readonly string[];
}

/** The first rule with a word of the name wins, so seasons and occasions come before materials and rooms. */
export const CATEGORY_RULES: readonly CategoryRule[] = [
  { slug: "christmas", name: "Christmas", words: ["CHRISTMAS", "XMAS", "ADVENT", "SANTA", "REINDEER", "SNOWMAN", "SNOWFLAKE", "SNOWFLAKES", "STOCKING", "NOEL", "NATIVITY", "BAUBLE", "BAUBLES"] },
  { slug: "easter", name: "Easter", words: ["EASTER", "BUNNY", "CHICK", "CHICKS"] },
  { slug: "party", name: "Party & Celebrations", words: ["PARTY", "BUNTING", "BIRTHDAY", "BALLOON", "BALLOONS", "GARLAND", "WEDDING", "STREAMER", "DOILIES", "DOILY", "NAPKIN", "NAPKINS", "CONES", "POPCORN"] },
  { slug: "cards-and-wrap", name: "Cards & Gift Wrap", words: ["CARD", "CARDS", "WRAP", "RIBBON", "RIBBONS", "GIFT", "TAPE", "TISSUE", "STICKER", "STICKERS", "ENVELOPE", "ENVELOPES", "TAG", "TAGS"] },
  { slug: "stationery", name: "Stationery & Craft", words: ["PEN", "PENS", "PENCIL", "PENCILS", "NOTEBOOK", "NOTEBOOKS", "BOOK", "JOURNAL", "CHALKBOARD", "CHALK", "ERASER", "ERASERS", "SKETCHBOOK", "RULER", "CALENDAR", "FELTCRAFT", "SEWING", "KNITTING", "CRAFT", "STAMP", "STAMPS", "PAINT", "CRAYONS", "ORGANISER", "MEMO", "PASSPORT"] },
  { slug: "toys", name: "Toys & Games", words: ["TOY", "TOYS", "GAME", "GAMES", "PUZZLE", "PUZZLES", "JIGSAW", "DOLL", "DOLLS", "SPACEBOY", "CHILDS", "CHILDRENS", "CHILDREN", "KIDS", "DINOSAUR", "DINOSAURS", "BLOCK", "BLOCKS", "SKITTLES", "SPINNING", "DOMINOES", "LUDO", "PLAY", "PLAYHOUSE", "TEDDY", "CIRCUS", "MAGIC", "BABY"] },
  { slug: "jewellery", name: "Jewellery & Accessories", words: ["NECKLACE", "NECKLACES", "BRACELET", "BRACELETS", "EARRING", "EARRINGS", "RING", "RINGS", "BROOCH", "BANGLE", "JEWELLED", "DIAMANTE", "CHARM", "PENDANT", "HAIR", "HAIRCLIP", "SCARF", "GLOVES", "HAT", "SUNGLASSES", "KEYRING", "PHONE", "UMBRELLA", "PARASOL", "COMPACT", "MAKEUP"] },
  { slug: "bags", name: "Bags & Purses", words: ["BAG", "BAGS", "PURSE", "PURSES", "SHOPPER", "RUCKSACK", "BACKPACK", "WALLET", "SUITCASE", "HANDBAG", "TOTE"] },
  { slug: "lighting", name: "Candles & Lighting", words: ["LIGHT", "LIGHTS", "CANDLE", "CANDLES", "LAMP", "LAMPS", "LANTERN", "LANTERNS", "TEALIGHT", "CANDLESTICK", "CHANDELIER", "LAMPSHADE", "VOTIVE", "INCENSE"] },
  { slug: "kitchen", name: "Kitchen & Baking", words: ["CAKE", "CAKES", "CAKESTAND", "BAKING", "KITCHEN", "OVEN", "APRON", "MEASURING", "SPOON", "SPOONS", "WHISK", "ROLLING", "CUTTER", "CUTTERS", "JELLY", "JAM", "RECIPE", "SCALES", "COLANDER", "PANTRY", "BREAD", "COOKIE", "LUNCH", "SNACK", "TIN", "TINS", "BISCUIT", "TOWEL", "TOWELS", "GLOVE", "FRIDGE", "MAGNET", "MAGNETS"] },
  { slug: "tableware", name: "Tableware", words: ["MUG", "MUGS", "CUP", "CUPS", "TEACUP", "SAUCER", "SAUCERS", "TEAPOT", "TEA", "TEATIME", "COFFEE", "PLATE", "PLATES", "BOWL", "BOWLS", "JUG", "GLASS", "GLASSES", "TUMBLER", "CUTLERY", "DISH", "TRAY", "COASTER", "COASTERS", "PLACEMAT", "PLACEMATS", "EGG", "BOTTLE", "FLASK", "STRAWS", "DINER", "GOBLET", "DECANTER", "PICNIC"] },
  { slug: "garden", name: "Garden", words: ["GARDEN", "GARDENERS", "WATERING", "PLANT", "PLANTS", "POT", "POTS", "BIRD", "BIRDHOUSE", "HERB", "SEED", "SEEDS", "TROWEL", "BULB", "PARASOLS", "WINDMILL", "GROW", "PLANTER", "FLOWERPOT", "KNEELING", "BEACH"] },
  { slug: "storage", name: "Storage", words: ["BOX", "BOXES", "BASKET", "BASKETS", "DRAWER", "DRAWERS", "CABINET", "STORAGE", "JAR", "JARS", "RACK", "SHELF", "SHELVES", "HOOK", "HOOKS", "HANGER", "HANGERS", "CHEST", "CRATE", "TRUNK", "TIDY", "HOLDER", "KNOB", "KNOBS"] },
  { slug: "textiles", name: "Soft Furnishings", words: ["CUSHION", "CUSHIONS", "QUILT", "THROW", "RUG", "DOORMAT", "MAT", "BLANKET", "CURTAIN", "TABLECLOTH", "WARMER", "COSY", "FABRIC", "FELT", "BATHROOM", "BATH", "SOAP", "SLIPPERS", "DOORSTOP", "DRAUGHT"] },
  { slug: "decoration", name: "Home Decoration", words: ["SIGN", "SIGNS", "FRAME", "FRAMES", "CLOCK", "CLOCKS", "MIRROR", "DECORATION", "DECORATIONS", "HANGING", "HEART", "HEARTS", "WALL", "VASE", "FLOWER", "FLOWERS", "WREATH", "ORNAMENT", "TRINKET", "PICTURE", "PHOTO", "LETTER", "LETTERS", "ALPHABET", "TREE", "STAR", "ANGEL", "BUTTERFLY", "FIGURE", "ART", "WICKER", "METAL", "WOODEN", "ZINC"] },
];

export const OTHER_CATEGORY: CategoryRule = { slug: "curiosities", name: "Curiosities", words: [] };

const slugByWord = new Map<string, number>();
CATEGORY_RULES.forEach((rule, index) => {
  for (const word of rule.words) slugByWord.set(word, Math.min(index, slugByWord.get(word) ?? index));
});

/** The category of a product by the words of its name, whatever their case. */
export function categoryOf(productName: string): CategoryRule {
  let best = CATEGORY_RULES.length;
  for (const word of productName.toUpperCase().split(/[^A-Z]+/)) best = Math.min(best, slugByWord.get(word) ?? best);
  return CATEGORY_RULES[best] ?? OTHER_CATEGORY;
}
