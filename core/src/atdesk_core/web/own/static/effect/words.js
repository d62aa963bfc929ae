// What the effect's page says beside what every page of atdesk says.

const EN = {
  explains: "While this effect is chosen, atdesk can take a few small pictures out of the video that you send to the meeting. Your video itself goes on unchanged. The pictures stay on this computer.",
  limit: "The limit that your organisation has accepted",
  pause: "Pause",
  back: "I'm back",
  quiet: "Nothing is taken out of your video.",
  other_machine: "This page works only with atdesk on this very computer. It takes no pictures from here.",
  no_teams: "Teams does not answer. Open this page in a meeting, from the desktop client of Teams.",
  unsupported: "Your Teams gives no video to apps. It takes the desktop client, in a meeting.",
  effect_off: "The effect is switched off in atdesk on this computer.",
  meeting_not_listed: "Nothing is taken out of this meeting: it is not one that may be looked into. Its id: {id}",
  no_account: "Your Teams account is not linked to you in atdesk. Tell whoever runs it.",
  not_allowed: "atdesk does not take pictures from here. Tell whoever runs it.",
  elsewhere: "Your page was opened elsewhere, so nothing comes through this one. Close it there and open this one again.",
};
const ES = {
  explains: "Mientras este efecto está elegido, atdesk puede tomar unas pocas imágenes pequeñas del vídeo que usted envía a la reunión. Su vídeo sigue sin cambios. Las imágenes se quedan en este equipo.",
  limit: "El límite que su organización ha aceptado",
  pause: "Pausa",
  back: "He vuelto",
  quiet: "No se toma nada de su vídeo.",
  other_machine: "Esta página solo funciona con atdesk en este mismo equipo. Desde aquí no toma ninguna imagen.",
  no_teams: "Teams no responde. Abra esta página en una reunión, desde el cliente de escritorio de Teams.",
  unsupported: "Su Teams no da vídeo a las aplicaciones. Hace falta el cliente de escritorio, en una reunión.",
  effect_off: "El efecto está desactivado en atdesk en este equipo.",
  meeting_not_listed: "No se toma nada de esta reunión: no es una de las que se pueden mirar. Su id: {id}",
  no_account: "Su cuenta de Teams no está vinculada con usted en atdesk. Avise a quien lo gestiona.",
  not_allowed: "atdesk no toma imágenes desde aquí. Avise a quien lo gestiona.",
  elsewhere: "Su página se abrió en otro sitio, así que por esta no pasa nada. Ciérrela allí y abra esta de nuevo.",
};
const FR = {
  explains: "Tant que cet effet est choisi, atdesk peut prendre quelques petites images dans la vidéo que vous envoyez à la réunion. Votre vidéo continue sans changement. Les images restent sur cet ordinateur.",
  limit: "La limite que votre organisation a acceptée",
  pause: "Mettre en pause",
  back: "Je suis de retour",
  quiet: "Rien n'est pris dans votre vidéo.",
  other_machine: "Cette page ne fonctionne qu'avec atdesk sur cet ordinateur même. D'ici elle ne prend aucune image.",
  no_teams: "Teams ne répond pas. Ouvrez cette page dans une réunion, depuis le client de bureau de Teams.",
  unsupported: "Votre Teams ne donne pas de vidéo aux applications. Il faut le client de bureau, dans une réunion.",
  effect_off: "L'effet est désactivé dans atdesk sur cet ordinateur.",
  meeting_not_listed: "Rien n'est pris dans cette réunion : elle n'est pas de celles qui peuvent être regardées. Son id : {id}",
  no_account: "Votre compte Teams n'est pas relié à vous dans atdesk. Prévenez la personne qui le gère.",
  not_allowed: "atdesk ne prend pas d'images d'ici. Prévenez la personne qui le gère.",
  elsewhere: "Votre page a été ouverte ailleurs : rien ne passe par celle-ci. Fermez-la là-bas et rouvrez celle-ci.",
};
export const WORDS = { en: EN, es: ES, fr: FR };

/** The words under a key in the language of the page. */
export const own = (key, values = {}) =>
  (WORDS[document.documentElement.lang] ?? EN)[key]?.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "") ?? "";
